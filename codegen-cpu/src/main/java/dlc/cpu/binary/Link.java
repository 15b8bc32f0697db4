// SPDX-License-Identifier: Apache-2.0
package dlc.cpu.binary;

import dlc.cpu.binary.Binary.Part;
import dlc.cpu.binary.Binary.Symbols;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Makes one file of object files, with the linker and its companions from the LLVM presets. */
final class Link {

  private static final Pattern PLACE =
      Pattern.compile(
          "\\s*(\\w+)\\s+\\w+\\s+(\\w+)\\s+\\d+\\s+\\S*/([^/]+?)(?:\\.o|\\.a\\(.*\\)):\\(.*\\)");

  private Link() {}

  /** What was linked, and how many bytes of it came from which part. */
  record Linked(Content content, Map<String, Long> sizes) {}

  static Linked executable(List<Part> parts, Platform platform, Linkage linkage, Symbols symbols) {
    return inFolder(
        folder -> {
          Path output = folder.resolve("program");
          Path map = folder.resolve("map");
          List<String> command = command(platform);
          command.addAll(List.of("--gc-sections", "--build-id=none", "-z", "relro", "-z", "now"));
          strip(command, symbols);
          command.addAll(write(parts, folder));
          switch (linkage) {
            case Linkage.Dynamic _ -> {
              Path library = folder.resolve("libc.so");
              Files.write(library, Binary.resource(RuntimeBuild.libraryNames(platform)).toArray());
              command.addAll(
                  List.of(
                      "-pie",
                      "--hash-style=gnu",
                      "--dynamic-linker=" + platform.interpreter(),
                      library.toString()));
              command.addAll(mathematics(platform, folder));
            }
            case Linkage.Static(List<Path> libraries) -> {
              command.add("-static");
              libraries.forEach(library -> command.add(library.toString()));
            }
          }
          command.addAll(List.of("-Map=" + map, "-o", output.toString()));
          PresetTool.linker().run(command);
          return new Linked(read(output), sizes(map));
        });
  }

  /** A shared library whose only names are those of {@code api}. */
  static Content shared(List<Part> parts, Platform platform, LibraryApi api, Symbols symbols) {
    return inFolder(
        folder -> {
          Path output = folder.resolve("lib" + api.prefix() + ".so");
          Path names = folder.resolve("names");
          Files.writeString(
              names, "{ global: %s; local: *; };".formatted(String.join("; ", api.names())));
          List<String> command = command(platform);
          command.addAll(
              List.of(
                  "-shared",
                  "--gc-sections",
                  "--build-id=none",
                  "--hash-style=gnu",
                  "-z",
                  "relro",
                  "-z",
                  "now",
                  "-soname",
                  output.getFileName().toString(),
                  "--version-script=" + names));
          strip(command, symbols);
          command.addAll(write(parts, folder));
          command.addAll(mathematics(platform, folder));
          command.addAll(List.of("-o", output.toString()));
          PresetTool.linker().run(command);
          return read(output);
        });
  }

  /** One object in which all names but those of {@code api} are local. */
  static Content object(List<Part> parts, Platform platform, LibraryApi api, Symbols symbols) {
    return inFolder(folder -> read(whole(parts, platform, api, symbols, folder)));
  }

  /** An archive of that object. */
  static Content archive(List<Part> parts, Platform platform, LibraryApi api, Symbols symbols) {
    return inFolder(
        folder -> {
          Path archive = folder.resolve("lib.a");
          PresetTool.companion("llvm-ar")
              .run(
                  List.of(
                      "rcsD",
                      archive.toString(),
                      whole(parts, platform, api, symbols, folder).toString()));
          return read(archive);
        });
  }

  private static Path whole(
      List<Part> parts, Platform platform, LibraryApi api, Symbols symbols, Path folder)
      throws IOException {
    Path whole = folder.resolve(api.prefix() + ".o");
    List<String> command = command(platform);
    command.add("-r");
    command.addAll(write(parts, folder));
    command.addAll(List.of("-o", whole.toString()));
    PresetTool.linker().run(command);
    List<String> localize = new ArrayList<>();
    switch (symbols) {
      case STRIPPED -> localize.add("--strip-unneeded");
      case LINES -> {}
    }
    api.names().forEach(name -> localize.add("--keep-global-symbol=" + name));
    localize.add(whole.toString());
    PresetTool.companion("llvm-objcopy").run(localize);
    return whole;
  }

  /**
   * Adds up what the linker's map says of each object: address, address, size, alignment, place.
   */
  private static Map<String, Long> sizes(Path map) throws IOException {
    Map<String, Long> sizes = new LinkedHashMap<>();
    for (String line : Files.readAllLines(map)) {
      Matcher place = PLACE.matcher(line);
      if (place.matches() && !place.group(1).equals("0")) {
        sizes.merge(place.group(3), Long.parseLong(place.group(2), 16), Long::sum);
      }
    }
    return sizes;
  }

  /** The C library's mathematics, which few programs need: pow, and functions of f64. */
  private static List<String> mathematics(Platform platform, Path folder) throws IOException {
    Path library = folder.resolve("libm.so");
    Files.write(library, Binary.resource(RuntimeBuild.mathNames(platform)).toArray());
    return List.of("--as-needed", library.toString());
  }

  private static void strip(List<String> command, Symbols symbols) {
    switch (symbols) {
      case STRIPPED -> command.add("--strip-all");
      case LINES -> {}
    }
  }

  private static Content read(Path file) throws IOException {
    return Content.of(Files.readAllBytes(file));
  }

  private static List<String> command(Platform platform) {
    return new ArrayList<>(List.of("-flavor", "gnu", "-m", platform.emulation()));
  }

  private static List<String> write(List<Part> parts, Path folder) throws IOException {
    List<String> paths = new ArrayList<>();
    for (Part part : parts) {
      Path object = folder.resolve(part.name() + ".o");
      Files.write(object, part.object().toArray());
      paths.add(object.toString());
    }
    return paths;
  }

  @FunctionalInterface
  interface Work<T> {
    T in(Path folder) throws IOException;
  }

  /** Does {@code work} in a folder that is gone after it. */
  static <T> T inFolder(Work<T> work) {
    try {
      Path folder = Files.createTempDirectory("dlc-link");
      try {
        return work.in(folder);
      } finally {
        try (Stream<Path> files = Files.walk(folder)) {
          for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
            Files.delete(file);
          }
        }
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
