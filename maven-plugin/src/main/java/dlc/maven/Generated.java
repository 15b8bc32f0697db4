// SPDX-License-Identifier: Apache-2.0
package dlc.maven;

import dlc.cpu.binary.Binary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * What was made of all programs, and of what it was made.
 *
 * @param sources holds Java text
 * @param resources holds native code
 */
record Generated(Path sources, Path resources) {

  /** Whether all of it was made of {@code origin}, to the end. */
  boolean isOf(String origin) throws IOException {
    return Files.exists(stamp()) && Files.readString(stamp()).equals(origin);
  }

  /** Begins anew, so that nothing stays of a program that is gone. */
  void clear() throws IOException {
    for (Path folder : List.of(sources, resources)) {
      if (!Files.exists(folder)) {
        continue;
      }
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  /** Takes the class of a model. */
  void add(String packageName, Binary.JavaSource source) throws IOException {
    Path folder = Files.createDirectories(sources.resolve(packageName.replace('.', '/')));
    Files.writeString(folder.resolve(source.name() + ".java"), source.text());
    Path library = resources.resolve(source.resource());
    Files.createDirectories(library.getParent());
    Files.write(library, source.library().toArray());
  }

  /** Says that all is there. */
  void finish(String origin) throws IOException {
    Files.createDirectories(sources);
    Files.writeString(stamp(), origin);
  }

  private Path stamp() {
    return sources.resolve("origin.txt");
  }
}
