// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

import dlc.frontend.elaborate.Outline;
import dlc.runtime.Executable;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Trains models with dlc and with PyTorch, from the same weights on the same data in the same
 * order, and compares the losses of all steps.
 *
 * <p>Rounding errors grow from step to step, most of all where batch normalization divides by them.
 * So the yardstick is how far PyTorch's versions are from each other, where that is further than
 * 1e-4.
 */
final class Agreement {

  /** Where batches come from. */
  interface Feed {

    /** Puts the next batch into dlc's slots, and the same for PyTorch on the tape. */
    void next(OutputStream tape) throws IOException;
  }

  static final String ENTRY = "train_step";
  private static final double TOLERANCE = 1e-4;

  /** How many times as far from PyTorch as its versions are from each other. */
  private static final double FACTOR = 4;

  private static final int THREADS = 1;
  private static final int BATCH = 4;

  private final Home home;

  Agreement(Home home) {
    this.home = home;
  }

  /** Random data; false when the losses are too far apart. */
  boolean onRandomData(String model, int steps) throws IOException, InterruptedException {
    try (DlcContender dlc = DlcContender.start(new Case(home.model(model), BATCH, THREADS))) {
      return compare(model + " on random data", model, dlc, new RandomFeed(dlc), steps);
    }
  }

  /** {@code samples/simple_cnn.dl} on the photographs in {@code data}. */
  boolean onPhotographs(Path data, int steps) throws IOException, InterruptedException {
    Case tutorial = new Case(home.sample("simple_cnn"), BATCH, THREADS);
    try (DlcContender dlc = DlcContender.start(tutorial);
        PhotographFeed feed = new PhotographFeed(dlc.model(), data)) {
      return compare("simple_cnn.dl on CIFAR-10", "M2", dlc, feed, steps);
    }
  }

  private boolean compare(String title, String model, DlcContender dlc, Feed feed, int steps)
      throws IOException, InterruptedException {
    Path tape = Files.createTempFile("agreement", ".tape");
    try {
      List<Double> ours;
      try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(tape))) {
        ours = train(dlc, feed, steps, out);
      }
      List<Double> theirs = replay(PyTorch.usual(home), model, tape);
      double spread = 0;
      for (PyTorch other : PyTorch.all(home)) {
        spread = Math.max(spread, difference(replay(other, model, tape), theirs));
      }
      return judge(title, ours, theirs, Math.max(TOLERANCE, FACTOR * spread));
    } finally {
      Files.delete(tape);
    }
  }

  private static List<Double> train(DlcContender dlc, Feed feed, int steps, OutputStream tape)
      throws IOException {
    Executable model = dlc.model();
    for (Outline.Variable variable : dlc.bench().model().variables()) {
      if (variable.trained()) {
        tape.write(model.state(variable.name()).toArray(ValueLayout.JAVA_BYTE));
      }
    }
    List<Double> losses = new ArrayList<>();
    for (int i = 0; i < steps; i++) {
      feed.next(tape);
      dlc.run(ENTRY);
      losses.add((double) model.slot(ENTRY, "loss").get(ValueLayout.JAVA_FLOAT, 0));
    }
    return losses;
  }

  private static List<Double> replay(PyTorch torch, String model, Path tape)
      throws IOException, InterruptedException {
    Process process = torch.process("replay", model, "" + BATCH, tape.toString()).start();
    List<Double> losses = process.inputReader().lines().map(Double::parseDouble).toList();
    process.waitFor();
    return losses;
  }

  /** The largest relative difference of two losses. */
  private static double difference(List<Double> ours, List<Double> theirs) {
    double worst = ours.size() == theirs.size() ? 0 : Double.POSITIVE_INFINITY;
    for (int step = 0; step < Math.min(ours.size(), theirs.size()); step++) {
      worst = Math.max(worst, Math.abs(ours.get(step) / theirs.get(step) - 1));
    }
    return worst;
  }

  private static boolean judge(
      String title, List<Double> ours, List<Double> theirs, double tolerance) {
    double worst = difference(ours, theirs);
    boolean agrees = worst <= tolerance;
    System.out.printf(
        Locale.ROOT,
        "%s, %d steps: losses %.6f … %.6f, PyTorch %.6f … %.6f; largest relative difference %.1e,"
            + " %s %.1e%n",
        title,
        ours.size(),
        ours.getFirst(),
        ours.getLast(),
        theirs.getFirst(),
        theirs.getLast(),
        worst,
        agrees ? "within" : "BEYOND",
        tolerance);
    return agrees;
  }
}
