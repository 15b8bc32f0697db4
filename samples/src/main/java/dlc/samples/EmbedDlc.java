// SPDX-License-Identifier: Apache-2.0
package dlc.samples;

import dlc.driver.Dlc;
import dlc.driver.Prediction;
import dlc.runtime.train.EpochReport;
import dlc.runtime.train.FinalReport;
import dlc.runtime.train.TrainListener;
import java.nio.file.Path;
import java.util.Locale;

/** Trains {@code digits.dl} from Java, and asks the model what it sees in a picture. */
public final class EmbedDlc {

  private static final int SIDE = 28;

  private EmbedDlc() {}

  /** The first argument is the program, {@code samples/digits.dl} without one. */
  public static void main(String[] arguments) {
    Path program = Path.of(arguments.length == 0 ? "samples/digits.dl" : arguments[0]);
    try (Dlc model = Dlc.compile(program)) {
      FinalReport report = model.training().listener(new Epochs()).train();
      report.test().ifPresent(figures -> System.out.println("test " + figures.metrics()));
      Prediction prediction = model.predict(one());
      int best = prediction.best().orElseThrow();
      System.out.printf(
          Locale.ROOT,
          "an upright line is taken for %s (%.1f%%)%n",
          prediction.className(best),
          100 * prediction.probabilities().orElseThrow().get(best));
    }
  }

  private static final class Epochs implements TrainListener {
    @Override
    public void epochDone(EpochReport report) {
      System.out.printf(
          Locale.ROOT, "epoch %d: loss %.4f%n", report.epoch(), report.training().loss());
    }
  }

  /** A bright upright line on black: the digit 1, as a picture of 28×28 floats from 0 to 1. */
  private static float[] one() {
    float[] pixels = new float[SIDE * SIDE];
    for (int row = 5; row < 23; row++) {
      for (int column = 13; column < 16; column++) {
        pixels[row * SIDE + column] = column == 14 ? 1f : 0.6f;
      }
    }
    return pixels;
  }
}
