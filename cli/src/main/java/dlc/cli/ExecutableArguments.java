// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import dlc.base.Code;
import dlc.base.UserError;
import dlc.cpu.binary.Binary;
import dlc.cpu.binary.Linkage;
import dlc.cpu.binary.Platform;
import dlc.driver.Devices;
import dlc.driver.ModelFile;
import dlc.driver.RunOptions;
import dlc.driver.StandAlone;
import dlc.driver.Workbench;
import dlc.driver.profile.TilingFile;
import dlc.passes.Pipeline;
import dlc.runtime.file.DataFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What {@code dlc compile} may say of a program that is to stand alone. */
final class ExecutableArguments {

  @Mixin private MemoryArgument limit;

  @Option(
      names = "--target",
      paramLabel = "SYSTEM",
      description = "x86_64-linux, aarch64-linux or riscv64-linux (default: this one).")
  private Optional<String> target;

  @Option(
      names = "--static",
      description = "Make a program that needs nothing at all, with the C library of musl inside.")
  private boolean isStatic;

  @Option(
      names = "--sysroot",
      paramLabel = "DIR",
      description = "Where the files of the target system are, for --static (default: /).")
  private Optional<Path> sysroot;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "Where the data are: the sizes of last batches are counted, normalize auto is measured.")
  private Optional<Path> data;

  @Option(
      names = "--tails",
      split = ",",
      paramLabel = "N",
      description = "Last, smaller batches to be ready for, where the data are not at hand.")
  private List<Integer> tails = List.of();

  @Option(names = "--seed", paramLabel = "N", description = "Instead of the program's seed.")
  private Optional<Long> seed;

  @Option(
      names = "--embed",
      paramLabel = "W",
      description = "Carry these weights inside, for predictions without a file.")
  private Optional<Path> weights;

  /** What of which program is to be made. */
  record Request(
      ModelFile file,
      Optional<String> model,
      Optional<Integer> batch,
      Optional<String> cpu,
      boolean predictOnly,
      TilingFile tilings,
      Pipeline.Observer observer) {}

  @Option(
      names = "--device",
      paramLabel = "NAME",
      description =
          "opencl: carry code for OpenCL devices, too, and use them unless told otherwise (default:"
              + " cpu).")
  private String device = Devices.CPU;

  @Option(names = "-g", description = "Keep names, and the lines of FILE for gdb and perf.")
  private boolean withLines;

  @Option(names = "--size-report", description = "Print what takes how many bytes of the file.")
  private boolean reportsSizes;

  boolean reportsSizes() {
    return reportsSizes;
  }

  Binary.Executable compile(Request request) {
    return with(request, bench -> StandAlone.executable(bench, options(request)));
  }

  Binary.Library library(Request request, Binary.LibraryKind kind) {
    requireProcessor();
    return with(request, bench -> StandAlone.library(bench, options(request), kind));
  }

  byte[] jar(Request request) {
    requireProcessor();
    return with(request, bench -> StandAlone.jar(bench, options(request)).toArray());
  }

  private <T> T with(Request request, Function<Workbench, T> work) {
    String environment = System.getenv("DLC_DATA");
    RunOptions usual = RunOptions.usual();
    RunOptions run =
        new RunOptions(
            request.model,
            data,
            Optional.ofNullable(environment).filter(text -> !text.isEmpty()).map(Path::of),
            request.batch.map(OptionalInt::of).orElse(OptionalInt.empty()),
            seed.map(OptionalLong::of).orElse(OptionalLong.empty()),
            1,
            usual.device(),
            usual.cpu(),
            request.observer,
            usual.code().tiledBy(request.tilings::choiceFor).within(limit.bytes()));
    try (Workbench bench = Workbench.open(request.file, run)) {
      return work.apply(bench);
    }
  }

  private StandAlone.Options options(Request request) {
    return new StandAlone.Options(
        Version.text(),
        platform(),
        isStatic ? Linkage.statically(platform(), sysroot) : new Linkage.Dynamic(),
        request.cpu,
        request.predictOnly,
        tails,
        weights.map(ExecutableArguments::read),
        withLines ? Binary.Symbols.LINES : Binary.Symbols.STRIPPED,
        devices());
  }

  private StandAlone.OtherDevices devices() {
    boolean isOpenCl = device.equals("opencl");
    if (!isOpenCl && !device.equals(Devices.CPU)) {
      throw Devices.unknown(
          device, "compile takes cpu or opencl; the program chooses among devices when it starts");
    }
    if (isOpenCl && isStatic) {
      throw new UserError(
              Code.BAD_OPTION, "--static programs cannot open the library of OpenCL at run time")
          .help("leave out --static or --device opencl");
    }
    return isOpenCl ? StandAlone.OtherDevices.OPENCL : StandAlone.OtherDevices.NONE;
  }

  private void requireProcessor() {
    if (devices() != StandAlone.OtherDevices.NONE) {
      throw new UserError(Code.BAD_OPTION, "libraries compute on the processor alone")
          .help("leave out --device, or compile a program");
    }
  }

  private Platform platform() {
    String wanted =
        target.orElse(System.getProperty("os.arch").replace("amd64", "x86_64") + "-linux");
    return Platform.named(wanted)
        .orElseThrow(
            () ->
                new UserError(Code.BAD_OPTION, "there is no target '%s'".formatted(wanted))
                    .help(
                        "there are "
                            + Arrays.stream(Platform.values())
                                .map(Platform::id)
                                .collect(Collectors.joining(", "))));
  }

  private static byte[] read(Path path) {
    try {
      return Files.readAllBytes(path);
    } catch (IOException failure) {
      throw DataFile.unreadable(path.toString(), failure);
    }
  }
}
