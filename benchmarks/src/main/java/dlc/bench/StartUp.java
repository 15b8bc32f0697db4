// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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

  /** A command to time, under the name that it has in results. */
  record Command(String name, ProcessBuilder process) {

    /** Runs the command several times. */
    Time time() throws IOException, InterruptedException {
      Samples samples = new Samples();
      for (int i = 0; i < RUNS; i++) {
        samples.add(once());
      }
      return new Time(name, samples.median(), samples.least());
    }

    private double once() throws IOException, InterruptedException {
      long start = System.nanoTime();
      Process running = process.redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
      try (Writer input = running.outputWriter()) {
        input.write("0\n");
      } catch (IOException _) {
        // dlc does not read its input.
      }
      int exit = running.waitFor();
      if (exit != 0) {
        throw new IllegalStateException("'%s' ended with %d".formatted(name, exit));
      }
      return (System.nanoTime() - start) / 1e9;
    }
  }

  /** dlc's commands, and PyTorch from its start to the end of its first step. */
  static List<Command> commands(Path home) throws IOException {
    String reports = Files.createTempDirectory("dlc-bench").toString();
    Case tutorial = new Case("M2", BATCH, Runtime.getRuntime().availableProcessors());
    return List.of(
        dlc(home, "check samples/simple_cnn.dl"),
        dlc(home, "train benchmarks/models/M2.dl --batch 4 --steps 1", "--report", reports),
        new Command(
            "PyTorch, M2, batch 4, one step",
            PyTorchContender.process(tutorial, home, "2.13", "nchw")));
  }

  private static Command dlc(Path home, String words, String... more) {
    List<String> command = new ArrayList<>(List.of(("./dlc " + words).split(" ")));
    command.addAll(List.of(more));
    ProcessBuilder process = new ProcessBuilder(command).directory(home.getParent().toFile());
    return new Command("./dlc " + words, process);
  }
}
