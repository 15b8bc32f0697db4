// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import dlc.base.Code;
import dlc.base.UserError;
import dlc.driver.parity.Crosscheck;
import dlc.driver.parity.KernelDifference;
import dlc.driver.parity.Reproducer;
import dlc.frontend.CheckedModel;
import dlc.opencl.device.OpenCl;
import dlc.opencl.device.OpenClBackend;
import dlc.runtime.file.Text;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dlc crosscheck}. */
@Command(
    name = "crosscheck",
    description = "Compares every kernel of a model on an OpenCL device with the CPU.",
    footer = {
      "",
      "Kernels run one by one from the same memory. Exits with 1 at the first that differs, and",
      "writes it to a folder: kernel.cl, kernel.dlk, buffers.safetensors with what it was given,",
      "what the CPU made of it (expected) and what the device made of it (actual), and host.c, which",
      "runs kernel.cl without dlc and compares.",
      "",
      "Example:",
      "  dlc crosscheck samples/lenet.dl --device opencl:0 --steps 3"
    })
final class CrosscheckCommand implements Callable<Integer> {

  @Mixin private Output output;
  @Mixin private ProgramArguments program;

  @Option(names = "--device", paramLabel = "NAME", description = "The device (default: opencl).")
  private String device = "opencl";

  @Option(names = "--steps", paramLabel = "N", description = "Steps of training (default: 2).")
  private int steps = 2;

  @Option(names = "--batch", paramLabel = "N", description = "Samples in a step (default: 8).")
  private int batch = 8;

  @Option(
      names = "--tolerance",
      paramLabel = "X",
      description = "How far apart elements may be, of the largest of a buffer (default: 1e-3).")
  private double tolerance = 1e-3;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "DIR",
      description = "Where a kernel that differs is written (default: crosscheck).")
  private Path folder = Path.of("crosscheck");

  @Override
  public Integer call() {
    if (!OpenCl.isNamed(device)) {
      throw new UserError(Code.BAD_OPTION, "--device is %s, it must be a device".formatted(device))
          .help("dlc devices lists them; the CPU is what they are compared with");
    }
    if (steps < 0 || batch < 1) {
      throw new UserError(Code.BAD_OPTION, "--steps and --batch must be positive");
    }
    CheckedModel model = program.load().checked().model(program.model());
    Crosscheck.Options options = new Crosscheck.Options(batch, steps, tolerance);
    try (OpenClBackend backend = OpenCl.open(device);
        Crosscheck check = new Crosscheck(backend, options)) {
      Crosscheck.Report report = check.run(model);
      output
          .out()
          .println(
              Text.of(
                  "%d kernels, %d runs compared on %s, largest difference %.1e",
                  report.kernels(), report.runs(), backend.device(), report.largest()));
      report.difference().ifPresent(this::tell);
      output.out().flush();
      return report.difference().isEmpty() ? 0 : 1;
    }
  }

  private void tell(KernelDifference difference) {
    output
        .out()
        .println(
            Text.of(
                "step %d: %s differs in %s[%d]: the CPU has %s, the device %s",
                difference.step(),
                difference.kernel(),
                difference.buffer(),
                difference.element(),
                difference.expected(),
                difference.actual()));
    new Reproducer(difference, tolerance).write(folder);
    output.out().println("written to " + folder);
  }
}
