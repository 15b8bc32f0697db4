// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** How long whole processes take, as someone at a terminal sees it. */
final class StartUp {

  private static final int RUNS = 7;
  private static final int BATCH = 4;

  private StartUp() {}

  /** The wall time of a command, in seconds. */
  record Time(String command, double median, double best) {

    String line() {
      return String.format(Locale.ROOT, "- `%s`: %.2f s (best %.2f s)%n", command, median, best);
    }

    String json() {
      return String.format(
          Locale.ROOT,
          "{\"command\": \"%s\", \"median\": %.3f, \"best\": %.3f}",
          command,
          median,
          best);
    }
  }

  /** dlc's commands, and PyTorch from its start to the end of its first step. */
  static List<Time> measure(Path home) throws IOException, InterruptedException {
    Path root = home.getParent();
    Path reports = Files.createTempDirectory("dlc-bench");
    Case tutorial = new Case("M2", BATCH, Runtime.getRuntime().availableProcessors());
    String check = "./dlc check samples/simple_cnn.dl";
    String train = "./dlc train benchmarks/models/M2.dl --batch 4 --steps 1";
    return List.of(
        time(check, new ProcessBuilder(check.split(" ")).directory(root.toFile())),
        time(
            train,
            new ProcessBuilder((train + " --report " + reports).split(" "))
                .directory(root.toFile())),
        time("peer M2 4, one step", PyTorchContender.process(tutorial, home, "2.13", "nchw")));
  }

  private static Time time(String name, ProcessBuilder builder)
      throws IOException, InterruptedException {
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    Samples samples = new Samples();
    for (int i = 0; i < RUNS; i++) {
      long start = System.nanoTime();
      Process process = builder.start();
      try (var input = process.outputWriter()) {
        input.write("0\n");
      } catch (IOException _) {
        // dlc does not read its input.
      }
      int exit = process.waitFor();
      if (exit != 0) {
        throw new IllegalStateException("'%s' ended with %d".formatted(name, exit));
      }
      samples.add((System.nanoTime() - start) / 1e9);
    }
    return new Time(name, samples.median(), samples.least());
  }
}
