// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.train;

import dlc.runtime.data.Column;
import dlc.runtime.data.Dataset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** Keeps score over the batches of one pass through a dataset. */
final class Scores {

  /** What a task counts. */
  sealed interface Tally permits ClassTally, ValueTally {

    /**
     * Counts one sample: row {@code sample} of {@code outputs} against row {@code row} of {@code
     * targets}.
     */
    void add(Column outputs, int sample, Column targets, int row);

    /** What came of it, or NaN for a metric that this task has no meaning for. */
    double figure(Metric metric);

    Optional<ConfusionMatrix> confusion(List<String> classes);

    /** All counts and sums, for {@link #restore}. */
    double[] snapshot();

    /** Goes on from what {@link #snapshot} gave. */
    void restore(double[] numbers);
  }

  private final List<Metric> metrics;
  private final Optional<Tally> tally;
  private final List<String> classes;
  private double lossSum;
  private long samples;

  Scores(TrainSettings settings, Dataset dataset) {
    this(settings, dataset, settings.reported());
  }

  private Scores(TrainSettings settings, Dataset dataset, List<Metric> counted) {
    this.metrics = settings.reported();
    this.classes = dataset.classes();
    this.tally = dataset.target().map(targets -> tally(settings.task(), targets, counted));
  }

  /** For data that are not trained on: what classes were taken for is counted in any case. */
  static Scores measuring(TrainSettings settings, Dataset dataset) {
    List<Metric> counted = new ArrayList<>(settings.reported());
    counted.add(Metric.CONFUSION_MATRIX);
    return new Scores(settings, dataset, counted);
  }

  private static Tally tally(Task task, Column targets, List<Metric> metrics) {
    return switch (task) {
      case Task.Classes(int count, int axis, var ignored) ->
          ClassTally.ofScores(count, axis, ignored, metrics);
      case Task.Binary(double threshold) -> ClassTally.ofThreshold(threshold, metrics);
      case Task.Values() -> new ValueTally((int) targets.type().elements());
    };
  }

  /** Adds the samples {@code order[start]} and following, one for each row of {@code outputs}. */
  void add(double loss, Column outputs, Dataset dataset, int[] order, int start, int count) {
    lossSum += loss * count;
    samples += count;
    if (tally.isPresent()) {
      Column targets = dataset.target().orElseThrow();
      for (int i = 0; i < count; i++) {
        tally.get().add(outputs, i, targets, dataset.row(order[start + i]));
      }
    }
  }

  /** What was scored so far, as numbers that {@link #restore} goes on from. */
  double[] snapshot() {
    double[] counts = tally.map(Tally::snapshot).orElse(new double[0]);
    double[] all = Arrays.copyOf(counts, counts.length + 2);
    all[counts.length] = lossSum;
    all[counts.length + 1] = samples;
    return all;
  }

  void restore(double[] numbers) {
    int counts = numbers.length - 2;
    lossSum = numbers[counts];
    samples = (long) numbers[counts + 1];
    tally.ifPresent(each -> each.restore(Arrays.copyOf(numbers, counts)));
  }

  /** The share of samples whose class was found, where there are classes. */
  OptionalDouble accuracy() {
    return metrics.contains(Metric.ACCURACY) && tally.isPresent()
        ? OptionalDouble.of(tally.get().figure(Metric.ACCURACY))
        : OptionalDouble.empty();
  }

  double meanLoss() {
    return lossSum / samples;
  }

  Figures figures() {
    Map<Metric, Double> figures = new LinkedHashMap<>();
    for (Metric metric : metrics) {
      double figure =
          metric == Metric.PERPLEXITY
              ? Math.exp(meanLoss())
              : tally.map(count -> count.figure(metric)).orElse(Double.NaN);
      if (!Double.isNaN(figure)) {
        figures.put(metric, figure);
      }
    }
    Optional<ConfusionMatrix> confusion = tally.flatMap(count -> count.confusion(classes));
    return new Figures(meanLoss(), figures, confusion, samples);
  }
}
