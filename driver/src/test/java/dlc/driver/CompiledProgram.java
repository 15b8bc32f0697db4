// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import dlc.cpu.binary.Binary;
import dlc.cpu.binary.Linkage;
import dlc.cpu.binary.Platform;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** An executable made of a program's text, in a folder of its own. */
record CompiledProgram(Path executable) {

  private static final long SECONDS = 60;

  /** What a run printed and how it ended. */
  record Run(int status, String output, String errors) {}

  /** Compiles {@code source} in {@code folder}, where its data are. */
  static CompiledProgram of(Path folder, String source) {
    return of(folder, source, options());
  }

  static CompiledProgram of(Path folder, String source, StandAlone.Options options) {
    try {
      Path file = Files.writeString(folder.resolve("program.dl"), source);
      Path executable = folder.resolve("program");
      RunOptions run = RunOptions.usual().withThreads(1).withData(folder);
      try (Workbench bench = Workbench.open(ModelFile.load(file, Map.of()), run)) {
        Files.write(executable, StandAlone.executable(bench, options).content().toArray());
      }
      executable.toFile().setExecutable(true);
      return new CompiledProgram(executable);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** The processor that code is made for here: any can run it. */
  static final String CPU = "x86-64-v2";

  /** For one processor, everything inside. */
  static StandAlone.Options options() {
    return options(Optional.of(CPU));
  }

  static StandAlone.Options options(Optional<String> cpu) {
    return options(cpu, new Linkage.Dynamic());
  }

  static StandAlone.Options options(Optional<String> cpu, Linkage linkage) {
    return options(cpu, linkage, Binary.Symbols.STRIPPED, StandAlone.OtherDevices.NONE);
  }

  static StandAlone.Options options(Binary.Symbols symbols) {
    Linkage linkage = new Linkage.Dynamic();
    return options(Optional.of(CPU), linkage, symbols, StandAlone.OtherDevices.NONE);
  }

  static StandAlone.Options options(StandAlone.OtherDevices devices) {
    return options(Optional.of(CPU), new Linkage.Dynamic(), Binary.Symbols.STRIPPED, devices);
  }

  private static StandAlone.Options options(
      Optional<String> cpu,
      Linkage linkage,
      Binary.Symbols symbols,
      StandAlone.OtherDevices devices) {
    return new StandAlone.Options(
        "test",
        Platform.X86_64,
        linkage,
        cpu,
        false,
        List.of(),
        Optional.empty(),
        symbols,
        devices);
  }

  /** Nothing but predict, with weights inside. */
  static StandAlone.Options predictor(byte[] weights) {
    return new StandAlone.Options(
        "test",
        Platform.X86_64,
        new Linkage.Dynamic(),
        Optional.of(CPU),
        true,
        List.of(),
        Optional.of(weights),
        Binary.Symbols.STRIPPED,
        StandAlone.OtherDevices.NONE);
  }

  /** Runs it beside its data, to the end. */
  Run run(String... arguments) {
    return run(Map.of(), arguments);
  }

  Run run(Map<String, String> environment, String... arguments) {
    try {
      Path output = Files.createTempFile(executable.getParent(), "run", ".out");
      Path errors = Files.createTempFile(executable.getParent(), "run", ".err");
      Process process = start(environment, output, errors, arguments);
      if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError("the program runs for more than %d s".formatted(SECONDS));
      }
      return new Run(process.exitValue(), Files.readString(output), Files.readString(errors));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException stopped) {
      throw new IllegalStateException(stopped);
    }
  }

  /** Starts it and leaves it running. */
  Process start(Map<String, String> environment, Path output, Path errors, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(List.of(executable.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(executable.getParent().toFile())
            .redirectOutput(output.toFile())
            .redirectError(errors.toFile());
    builder.environment().remove("DLC_DATA");
    builder.environment().putAll(environment);
    return builder.start();
  }

  /** The text of all printable bytes in the file, such as names of libraries. */
  String strings() {
    try {
      return new String(Files.readAllBytes(executable), StandardCharsets.ISO_8859_1);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
