// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import dlc.base.Code;
import dlc.base.UserError;
import dlc.cpu.Observation;
import dlc.driver.CodeOptions;
import dlc.driver.Devices;
import dlc.driver.Processor;
import dlc.driver.RunOptions;
import dlc.driver.Workbench;
import dlc.passes.Pipeline;
import dlc.passes.ReproducerObserver;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The program, its data, and the device that runs it. */
final class RunArguments {

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Mixin private ProgramArguments program;
  @Mixin private MemoryArgument limit;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Where relative paths of data are looked up first (then $DLC_DATA).")
  private Optional<Path> data;

  @Option(
      names = "--batch",
      paramLabel = "N",
      description = "Samples in a step, instead of the program's.")
  private Optional<Integer> batch;

  @Option(names = "--seed", paramLabel = "N", description = "Instead of the program's seed.")
  private Optional<Long> seed;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads that compute (default: one for each core).")
  private Optional<Integer> threads;

  @Option(
      names = "--device",
      paramLabel = "NAME",
      description =
          "What computes: cpu (the default), opencl, opencl:1, opencl:part-of-a-name, or auto: a"
              + " graphics processor where there is one.")
  private String device = Devices.CPU;

  @Option(
      names = "--cpu",
      paramLabel = "NAME",
      description = "The processor to compile for: native, x86-64-v3, … (default: native).")
  private String cpu = Processor.NATIVE;

  @Option(
      names = "--perf-map",
      description = "Name kernels for perf and gdb, in /tmp/perf-PID.map; or DLC_PERF_MAP=1.")
  private boolean hasPerfMap;

  ProgramArguments program() {
    return program;
  }

  /** Checks the program and lays out its model. */
  Workbench open() {
    return open(UnaryOperator.identity());
  }

  /** As {@link #open()}, with code made as {@code change} says. */
  Workbench open(UnaryOperator<CodeOptions> change) {
    RunOptions options = options();
    return Workbench.open(program.load(), options.withCode(change.apply(options.code())));
  }

  private RunOptions options() {
    data.ifPresent(RunArguments::requireFolder);
    Pipeline.Observer reproducer = new ReproducerObserver(Path.of(ReproducerObserver.FILE_NAME));
    String environment = System.getenv("DLC_DATA");
    return new RunOptions(
        program.model(),
        data,
        environment == null || environment.isEmpty()
            ? Optional.empty()
            : Optional.of(Path.of(environment)),
        batch.map(OptionalInt::of).orElse(OptionalInt.empty()),
        seed.map(OptionalLong::of).orElse(OptionalLong.empty()),
        threads.orElse(Runtime.getRuntime().availableProcessors()),
        device,
        cpu,
        reproducer,
        code());
  }

  private CodeOptions code() {
    return CodeOptions.USUAL
        .observedBy(new Observation(Optional.empty(), PerfMapping.path(hasPerfMap)))
        .tiledBy(Tilings.read(spec.commandLine().getErr())::choiceFor)
        .within(limit.bytes());
  }

  private static void requireFolder(Path folder) {
    if (!java.nio.file.Files.isDirectory(folder)) {
      throw new UserError(Code.DATA_NOT_FOUND, "the folder " + folder + " of --data")
          .help("give the folder in which the data lie");
    }
  }
}
