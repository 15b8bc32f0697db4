// SPDX-License-Identifier: Apache-2.0
package dlc.lsp;

import dlc.base.SourceFile;
import dlc.frontend.Imports;
import dlc.frontend.ast.File;
import dlc.frontend.elaborate.Library;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The texts that an editor has open, and files that these import; used by several threads. */
final class Workspace {

  /** Indices of the library, which never change. */
  private static final List<FileIndex> LIBRARY =
      Library.files().stream().map(File::source).map(FileIndex::of).toList();

  private final Map<String, SourceFile> open = new ConcurrentHashMap<>();
  private final Map<SourceFile, FileIndex> indices = new ConcurrentHashMap<>();
  private final Map<String, String> uris = new ConcurrentHashMap<>();
  private Optional<Path> libraryFolder = Optional.empty();

  /** The files of the standard library. */
  static List<FileIndex> library() {
    return LIBRARY;
  }

  /** Takes the text that the editor shows for {@code uri}. */
  SourceFile put(String uri, String text) {
    SourceFile source = new SourceFile(name(uri), text);
    uris.put(source.name(), uri);
    SourceFile before = open.put(source.name(), source);
    if (before != null) {
      indices.remove(before);
    }
    return source;
  }

  void close(String uri) {
    SourceFile before = open.remove(name(uri));
    if (before != null) {
      indices.remove(before);
    }
  }

  Optional<SourceFile> source(String uri) {
    return Optional.ofNullable(open.get(name(uri)));
  }

  /** What is open, in any order. */
  List<SourceFile> sources() {
    return List.copyOf(open.values());
  }

  FileIndex index(SourceFile source) {
    return indices.computeIfAbsent(source, FileIndex::of);
  }

  /** The name of a file, which is its path where it has one. */
  private static String name(String uri) {
    try {
      return uri.startsWith("file:") ? Path.of(URI.create(uri)).toString() : uri;
    } catch (IllegalArgumentException | FileSystemNotFoundException _) {
      return uri;
    }
  }

  /** What the editor calls a file; one of the library is written out to be shown. */
  String uri(SourceFile source) {
    String known = uris.get(source.name());
    if (known != null) {
      return known;
    }
    boolean isLibrary = LIBRARY.stream().anyMatch(each -> each.source() == source);
    return isLibrary ? shown(source) : Path.of(source.name()).toUri().toString();
  }

  private synchronized String shown(SourceFile source) {
    try {
      if (libraryFolder.isEmpty()) {
        libraryFolder = Optional.of(Files.createTempDirectory("dlc-library"));
      }
      Path file = libraryFolder.get().resolve(source.name());
      if (!Files.exists(file)) {
        Files.createDirectories(file.getParent());
        Files.writeString(file, source.text());
        file.toFile().setReadOnly();
      }
      return file.toUri().toString();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Removes what was written. */
  synchronized void clear() {
    if (libraryFolder.isEmpty()) {
      return;
    }
    try (var files = Files.walk(libraryFolder.get())) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | UncheckedIOException _) {
      // Left-over copies in the folder for temporary files harm nobody.
    }
    libraryFolder = Optional.empty();
  }

  /** Files as the editor has them, else as they are on the disk. */
  Imports imports() {
    Imports files = Imports.files();
    return (from, path) -> {
      String name = Path.of(from.name()).resolveSibling(path).normalize().toString();
      SourceFile opened = open.get(name);
      return opened == null ? files.load(from, path) : opened;
    };
  }

  /** {@code source} and all that it imports, each once; what cannot be read is left out. */
  List<FileIndex> program(SourceFile source) {
    Map<String, FileIndex> all = new LinkedHashMap<>();
    collect(source, all);
    return new ArrayList<>(all.values());
  }

  private void collect(SourceFile source, Map<String, FileIndex> all) {
    FileIndex index = open.containsValue(source) ? index(source) : FileIndex.of(source);
    if (all.putIfAbsent(source.name(), index) != null) {
      return;
    }
    for (FileIndex.Import each : index.imports()) {
      file(source, each.path()).ifPresent(file -> collect(file, all));
    }
  }

  /** The file that {@code from} imports as {@code path}. */
  Optional<SourceFile> file(SourceFile from, String path) {
    try {
      return Optional.of(imports().load(from, path));
    } catch (IOException | RuntimeException _) {
      return Optional.empty();
    }
  }
}
