// SPDX-License-Identifier: Apache-2.0
package dlc.driver.health;

import dlc.base.Diagnostic;
import dlc.driver.ModelSession;
import dlc.driver.TrainLimits;
import dlc.driver.Workbench;
import dlc.runtime.data.Dataset;
import dlc.runtime.data.RandomStream;
import dlc.runtime.data.RandomStream.Purpose;
import dlc.runtime.train.Evaluator;
import dlc.runtime.train.Figures;
import dlc.runtime.train.SingleSteps;
import dlc.runtime.train.TrainSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Tries to learn a single batch by heart.
 *
 * <p>A model that is put together rightly can: its loss on one batch falls to next to nothing. One
 * that cannot has a mistake, in its layers, its loss, its data or its learning rate, and no amount
 * of training will help.
 *
 * @param samples in the batch
 * @param losses at every step
 * @param first figures of the batch before training
 * @param last figures of the batch after training
 * @param rate the learning rate
 * @param symptoms what is wrong with the model where it did not learn
 */
public record Overfit(
    int samples,
    List<Double> losses,
    Figures first,
    Figures last,
    double rate,
    List<Diagnostic> symptoms) {

  /** What came of it. */
  public enum Verdict {
    /** The batch is known by heart. */
    LEARNS,
    /** The loss fell, but not far. */
    SLOW,
    /** The loss did not fall. */
    FAILS,
    /** The loss became NaN or infinite. */
    DIVERGES
  }

  /** By heart is what loses less than this share of the loss. */
  private static final double BY_HEART = 0.05;

  private static final double SOME = 0.7;

  public Overfit {
    losses = List.copyOf(losses);
    symptoms = List.copyOf(symptoms);
  }

  /** Learns one batch of the training part in at most {@code steps} steps; saves nothing. */
  public static Overfit run(Workbench bench, int steps) {
    TrainSettings settings = bench.settings(TrainLimits.NONE);
    Dataset data = bench.data().training();
    int count = Math.min(settings.batch(), data.size());
    int[] order = RandomStream.permutation(Purpose.SHUFFLE, settings.seed(), 1, data.size());
    int[] samples = Arrays.copyOf(order, count);
    try (ModelSession session = bench.trialSession()) {
      Evaluator evaluator = new Evaluator(session, settings);
      Dataset batch = data.select(samples);
      Figures first = evaluator.evaluate(batch);
      SingleSteps training = SingleSteps.training(session, settings, data);
      List<Double> losses = new ArrayList<>();
      double lowest = Double.POSITIVE_INFINITY;
      double goal = BY_HEART / 5;
      while (losses.size() < steps && (losses.isEmpty() || lowest > goal * losses.getFirst())) {
        double loss = training.run(samples, losses.size() + 1, settings.lr());
        losses.add(loss);
        if (!Double.isFinite(loss)) {
          break;
        }
        lowest = Math.min(lowest, loss);
      }
      Figures last = evaluator.evaluate(batch);
      Overfit result = new Overfit(count, losses, first, last, settings.lr(), List.of());
      return result.verdict() == Verdict.LEARNS
          ? result
          : new Overfit(
              count, losses, first, last, settings.lr(), Diagnosis.of(session, settings, data));
    }
  }

  public Verdict verdict() {
    double start = losses.getFirst();
    double end =
        losses.subList(Math.max(0, losses.size() - 10), losses.size()).stream()
            .mapToDouble(each -> each)
            .average()
            .orElse(start);
    if (!Double.isFinite(losses.getLast())) {
      return Verdict.DIVERGES;
    }
    double lowest = losses.stream().mapToDouble(each -> each).min().orElse(start);
    if (lowest <= BY_HEART * Math.abs(start)) {
      return Verdict.LEARNS;
    }
    return end < SOME * start || (start < 0 && end < start) ? Verdict.SLOW : Verdict.FAILS;
  }
}
