// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

import dlc.frontend.elaborate.Outline;
import dlc.runtime.Executable;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Trains models with dlc and with PyTorch, from the same weights on the same data in the same
 * order, and compares the losses of all steps.
 *
 * <p>Rounding errors grow from step to step, most of all where batch normalization divides by them
 * and where they decide which side of zero a sum is on. So where that is further than 1e-4, the
 * yardstick is how far PyTorch gets from itself: from weights that differ in their last digit, or
 * four times as far as in another version.
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

  /** From how many sets of weights beside the first PyTorch trains. */
  private static final int NEIGHBOURS = 8;

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
    Path moved = Files.createTempFile("agreement", ".tape");
    try {
      List<Double> ours;
      try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(tape))) {
        ours = train(dlc, feed, steps, out);
      }
      List<Double> theirs = replay(PyTorch.usual(home), model, tape);
      double tolerance = TOLERANCE;
      for (PyTorch other : PyTorch.all(home)) {
        double apart = difference(replay(other, model, tape), theirs);
        tolerance = Math.max(tolerance, FACTOR * apart);
      }
      for (int seed = 1; seed <= NEIGHBOURS; seed++) {
        Files.copy(tape, moved, StandardCopyOption.REPLACE_EXISTING);
        moveWeights(moved, weightBytes(dlc), new Random(seed));
        double apart = difference(replay(PyTorch.usual(home), model, moved), theirs);
        tolerance = Math.max(tolerance, apart);
      }
      return judge(title, ours, theirs, tolerance);
    } finally {
      Files.delete(tape);
      Files.delete(moved);
    }
  }

  private static List<MemorySegment> weights(DlcContender dlc) {
    return dlc.bench().model().variables().stream()
        .filter(Outline.Variable::trained)
        .map(variable -> dlc.model().state(variable.name()))
        .toList();
  }

  private static long weightBytes(DlcContender dlc) {
    return weights(dlc).stream().mapToLong(MemorySegment::byteSize).sum();
  }

  /** Makes about every second weight the next float, up or down; a tape begins with them. */
  private static void moveWeights(Path tape, long bytes, Random random) throws IOException {
    try (FileChannel file =
        FileChannel.open(tape, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer weights = file.map(FileChannel.MapMode.READ_WRITE, 0, bytes);
      weights.order(ByteOrder.nativeOrder());
      for (int at = 0; at < bytes; at += Float.BYTES) {
        float weight = weights.getFloat(at);
        switch (random.nextInt(4)) {
          case 0 -> weights.putFloat(at, Math.nextUp(weight));
          case 1 -> weights.putFloat(at, Math.nextDown(weight));
          default -> {}
        }
      }
    }
  }

  private static List<Double> train(DlcContender dlc, Feed feed, int steps, OutputStream tape)
      throws IOException {
    Executable model = dlc.model();
    for (MemorySegment weights : weights(dlc)) {
      tape.write(weights.toArray(ValueLayout.JAVA_BYTE));
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
