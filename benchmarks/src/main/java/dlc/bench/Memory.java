// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** How much memory whole processes take that train for a few steps. */
final class Memory {

  private static final int STEPS = 3;
  private static final long POLL_MILLIS = 10;

  /**
   * Megabytes at most: of a program that {@code dlc compile} made, of {@code dlc train} and of the
   * thriftiest PyTorch, and what share of that the program takes.
   */
  record MemoryRow(
      String model, int batch, int threads, double program, double dlc, double pytorch, double share)
      implements Row {

    @Override
    public String markdown() {
      return String.format(
          Locale.ROOT,
          "| %s | %d | %d | %,.0f | %,.0f | %,.0f | %.2f |%n",
          model,
          batch,
          threads,
          program,
          dlc,
          pytorch,
          share);
    }
  }

  private Memory() {}

  static MemoryRow measure(Case which, Home home) throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("dlc-bench");
    double program = peak(program(which, home, folder.resolve(which.model())));
    double dlc = peak(dlc(which, home, folder.resolve("report")));
    double pytorch = Double.POSITIVE_INFINITY;
    for (PyTorch torch : PyTorch.all(home)) {
      pytorch = Math.min(pytorch, peak(torch.process(which, "nchw")));
    }
    return new MemoryRow(
        which.model(), which.batch(), which.threads(), program, dlc, pytorch, program / pytorch);
  }

  private static ProcessBuilder program(Case which, Home home, Path program)
      throws IOException, InterruptedException {
    List<String> compile = new ArrayList<>(home.dlc());
    compile.addAll(List.of("compile", which.file().toString(), "-o", program.toString()));
    compile.addAll(List.of("--batch", "" + which.batch(), "--cpu", "native"));
    peak(new ProcessBuilder(compile));
    return new ProcessBuilder(
        program.toString(), "train", "--steps", "" + STEPS, "--threads", "" + which.threads());
  }

  private static ProcessBuilder dlc(Case which, Home home, Path report) {
    List<String> command = new ArrayList<>(home.dlc());
    command.addAll(List.of("train", which.file().toString(), "--steps", "" + STEPS));
    command.addAll(List.of("--batch", "" + which.batch(), "--threads", "" + which.threads()));
    command.addAll(List.of("--report", report.toString()));
    return new ProcessBuilder(command);
  }

  /** The largest resident size of a process, in megabytes. */
  private static double peak(ProcessBuilder builder) throws IOException, InterruptedException {
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    Process process = builder.start();
    try (Writer requests = process.outputWriter()) {
      requests.write("train 0\n".repeat(STEPS));
    } catch (IOException _) {
      // dlc does not read its input.
    }
    long kilobytes = 0;
    do {
      kilobytes = Math.max(kilobytes, Machine.peakMemory(process.pid()));
    } while (!process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS));
    if (process.exitValue() != 0) {
      throw new IllegalStateException(builder.command() + " ended with " + process.exitValue());
    }
    return kilobytes * 1024 / 1e6;
  }
}
