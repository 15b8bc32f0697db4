// SPDX-License-Identifier: Apache-2.0
package dlc.cpu.binary;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.Loader;

/** A program that comes with the LLVM presets: unpacked into their cache once, then run. */
final class PresetTool {

  private static final String FOLDER = "/org/bytedeco/llvm/" + Loader.getPlatform() + "/";

  /** The names by which the programs look for libraries, and those under which they are shipped. */
  private static final List<String> LIBRARIES = List.of("libLLVM.so", "libclang-cpp.so");

  private static final String SUFFIX = ".20.1";

  private final Path program;

  private PresetTool(Path program) {
    this.program = program;
  }

  /** The program called {@code name} with the libraries that it needs. */
  static PresetTool named(String name, List<String> libraries) {
    try {
      Path program = cached(name);
      if (!program.toFile().setExecutable(true)) {
        throw new IOException("cannot make " + program + " executable");
      }
      for (String library : libraries) {
        link(cached(library));
      }
      return new PresetTool(program);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  static PresetTool linker() {
    return companion("lld");
  }

  /** A program that needs the library of LLVM alone, as the linker does. */
  static PresetTool companion(String name) {
    return named(name, LIBRARIES.subList(0, 1));
  }

  static PresetTool clang() {
    return named("clang", LIBRARIES);
  }

  private static Path cached(String name) throws IOException {
    return Loader.cacheResource(org.bytedeco.llvm.global.LLVM.class, FOLDER + name).toPath();
  }

  private static void link(Path library) throws IOException {
    Path wanted = library.resolveSibling(library.getFileName() + SUFFIX);
    if (!Files.exists(wanted)) {
      try {
        Files.createSymbolicLink(wanted, library.getFileName());
      } catch (FileAlreadyExistsException _) {
        // Another process was faster.
      }
    }
  }

  /**
   * Runs the program to its end.
   *
   * @throws IllegalStateException with what it printed, when it fails
   */
  void run(List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(program.toString());
    command.addAll(arguments);
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output;
      try (InputStream stream = process.getInputStream()) {
        output = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
      }
      int status = process.waitFor();
      if (status != 0) {
        throw new IllegalStateException(
            "%s ended with status %d:\n%s".formatted(program.getFileName(), status, output));
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(stopped);
    }
  }
}
