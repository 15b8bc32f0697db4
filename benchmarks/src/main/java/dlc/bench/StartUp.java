// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How long whole processes take, as someone at a terminal sees it. */
final class StartUp {

  private static final int BATCH = 4;

  private StartUp() {}

  /** The wall time of a command, in seconds. */
  record TimeRow(String command, double median, double best) implements Row {

    @Override
    public String markdown() {
      return String.format(Locale.ROOT, "| %s | %.2f | %.2f |%n", command, median, best);
    }
  }

  /** A command to time, under the name that it has in results. */
  record Command(String name, ProcessBuilder process) {

    TimeRow time(int runs) throws IOException, InterruptedException {
      Samples samples = new Samples();
      for (int i = 0; i < runs; i++) {
        samples.add(once());
      }
      return new TimeRow(name, samples.median(), samples.least());
    }

    private double once() throws IOException, InterruptedException {
      long start = System.nanoTime();
      Process running = process.redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
      try (Writer input = running.outputWriter()) {
        input.write("train 0\n");
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
  static List<Command> commands(Home home) throws IOException {
    String reports = Files.createTempDirectory("dlc-bench").toString();
    int threads = Runtime.getRuntime().availableProcessors();
    Case tutorial = new Case(home.model("M2"), BATCH, threads);
    return List.of(
        dlc(home, "check samples/simple_cnn.dl"),
        dlc(home, "train benchmarks/models/M2.dl --batch 4 --steps 1", "--report", reports),
        new Command(
            "PyTorch, M2, batch 4, one step", PyTorch.usual(home).process(tutorial, "nchw")));
  }

  private static Command dlc(Home home, String words, String... more) {
    List<String> command = new ArrayList<>(home.dlc());
    command.addAll(List.of(words.split(" ")));
    command.addAll(List.of(more));
    ProcessBuilder process = new ProcessBuilder(command).directory(home.root().toFile());
    return new Command("`./dlc " + words + "`", process);
  }
}
