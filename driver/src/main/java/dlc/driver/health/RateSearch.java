// SPDX-License-Identifier: Apache-2.0
package dlc.driver.health;

import dlc.driver.ModelSession;
import dlc.driver.TrainLimits;
import dlc.driver.Workbench;
import dlc.runtime.data.Dataset;
import dlc.runtime.data.RandomStream;
import dlc.runtime.data.RandomStream.Purpose;
import dlc.runtime.train.SingleSteps;
import dlc.runtime.train.TrainSettings;
import dlc.runtime.train.Weights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Looks for a learning rate: trains with one that grows from step to step, and watches the loss.
 *
 * <p>Where the smoothed loss falls most steeply the rate is large enough to learn fast and small
 * enough to be safe (Smith 2015, "Cyclical learning rates for training neural networks").
 *
 * @param points one for each step, until the loss was out of hand
 * @param suggestion the rate of the steepest descent, where the loss fell at all
 */
public record RateSearch(List<Point> points, Optional<Double> suggestion) {

  /** A step. */
  public record Point(double rate, double loss, double smoothed) {}

  /**
   * The rates to try.
   *
   * @param from the first
   * @param to the last
   * @param steps how many there are, evenly spread over orders of magnitude
   */
  public record Range(double from, double to, int steps) {
    public static final Range USUAL = new Range(1e-7, 10, 200);

    double rate(int step) {
      return from * Math.pow(to / from, step / (double) Math.max(1, steps - 1));
    }
  }

  /** How much of the smoothed loss is that of earlier steps. */
  private static final double INERTIA = 0.9;

  /** Where the smoothed loss is so many times the lowest, it will not come back. */
  private static final double OUT_OF_HAND = 4;

  /** The steepest descent is looked for over so many steps at once. */
  private static final int WINDOW = 5;

  public RateSearch {
    points = List.copyOf(points);
  }

  /**
   * Tries the rates of {@code range}; the weights of {@code bench} are left alone.
   *
   * @param start the weights to begin with, instead of the program's
   */
  public static RateSearch run(Workbench bench, Range range, Optional<Path> start) {
    TrainSettings settings = bench.settings(TrainLimits.NONE);
    Dataset data = bench.data().training();
    List<Point> points = new ArrayList<>();
    try (ModelSession session = bench.trialSession()) {
      start.ifPresent(path -> Weights.load(session.usual(), path));
      SingleSteps training = SingleSteps.training(session, settings, data);
      Batches batches = new Batches(data.size(), Math.min(settings.batch(), data.size()), settings);
      double mean = 0;
      double lowest = Double.POSITIVE_INFINITY;
      for (int step = 0; step < range.steps(); step++) {
        double rate = range.rate(step);
        double loss = training.run(batches.next(), step + 1, rate);
        if (!Double.isFinite(loss)) {
          break;
        }
        mean = INERTIA * mean + (1 - INERTIA) * loss;
        double smoothed = mean / (1 - Math.pow(INERTIA, step + 1));
        points.add(new Point(rate, loss, smoothed));
        lowest = Math.min(lowest, smoothed);
        if (step > range.steps() / 10 && smoothed - lowest > (OUT_OF_HAND - 1) * Math.abs(lowest)) {
          break;
        }
      }
    }
    List<Point> smooth = withoutLag(points);
    return new RateSearch(smooth, steepest(smooth));
  }

  /** Smooths backwards, too: what only looks back sees a descent after it has begun. */
  private static List<Point> withoutLag(List<Point> points) {
    List<Point> smooth = new ArrayList<>(points);
    double mean = 0;
    for (int i = points.size() - 1; i >= 0; i--) {
      Point point = points.get(i);
      mean = INERTIA * mean + (1 - INERTIA) * point.smoothed();
      double smoothed = mean / (1 - Math.pow(INERTIA, points.size() - i));
      smooth.set(i, new Point(point.rate(), point.loss(), smoothed));
    }
    return smooth;
  }

  /** The rate at which the smoothed loss falls fastest, before its lowest point. */
  private static Optional<Double> steepest(List<Point> points) {
    int lowest = 0;
    for (int i = 0; i < points.size(); i++) {
      lowest = points.get(i).smoothed() < points.get(lowest).smoothed() ? i : lowest;
    }
    Optional<Double> best = Optional.empty();
    double fall = 0;
    for (int i = WINDOW; i <= lowest; i++) {
      double change = points.get(i).smoothed() - points.get(i - WINDOW).smoothed();
      if (change < fall) {
        fall = change;
        best = Optional.of(points.get(i - WINDOW / 2).rate());
      }
    }
    return best;
  }

  /** Batches of shuffled samples without end, all of one size. */
  private static final class Batches {
    private final int samples;
    private final int size;
    private final TrainSettings settings;
    private int[] order = {};
    private int epoch;
    private int next;

    Batches(int samples, int size, TrainSettings settings) {
      this.samples = samples;
      this.size = size;
      this.settings = settings;
    }

    int[] next() {
      if (next + size > order.length) {
        epoch++;
        order = RandomStream.permutation(Purpose.SHUFFLE, settings.seed(), epoch, samples);
        next = 0;
      }
      next += size;
      return Arrays.copyOfRange(order, next - size, next);
    }
  }
}
