// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.train;

import dlc.runtime.data.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Counts which class was taken for which. */
final class ClassTally implements Scores.Tally {

  private static final int LARGEST_MATRIX = 1000;
  private static final int TOP = 5;

  private final int classes;
  private final int axis;
  private final OptionalInt ignored;
  private final double threshold;
  private final boolean isBinary;
  private final boolean ranks;
  private final long[] right;
  private final long[] actual;
  private final long[] predicted;
  private final Optional<long[][]> matrix;
  private long counted;
  private long rightInAll;
  private long amongTop;

  private ClassTally(
      int classes,
      int axis,
      OptionalInt ignored,
      double threshold,
      boolean isBinary,
      List<Metric> metrics) {
    this.classes = classes;
    this.axis = axis;
    this.ignored = ignored;
    this.threshold = threshold;
    this.isBinary = isBinary;
    this.ranks = metrics.contains(Metric.TOP5);
    this.right = new long[classes];
    this.actual = new long[classes];
    this.predicted = new long[classes];
    boolean wanted = metrics.contains(Metric.CONFUSION_MATRIX) && classes <= LARGEST_MATRIX;
    this.matrix = wanted ? Optional.of(new long[classes][classes]) : Optional.empty();
  }

  static ClassTally ofScores(int classes, int axis, OptionalInt ignored, List<Metric> metrics) {
    return new ClassTally(classes, axis, ignored, 0, false, metrics);
  }

  static ClassTally ofThreshold(double threshold, List<Metric> metrics) {
    return new ClassTally(2, 0, OptionalInt.empty(), threshold, true, metrics);
  }

  @Override
  public void add(Column outputs, int sample, Column targets, int row) {
    long targetElements = targets.type().elements();
    for (int i = 0; i < targetElements; i++) {
      int target = (int) targets.at(row * targetElements + i);
      if (ignored.isPresent() && ignored.getAsInt() == target) {
        continue;
      }
      if (isBinary) {
        count(target, outputs.at(sample * targetElements + i) > threshold ? 1 : 0);
      } else {
        addScores(outputs, sample, i, target);
      }
    }
  }

  private void addScores(Column outputs, int sample, int position, int target) {
    List<Integer> dims = outputs.type().dims();
    int inner = 1;
    for (int dim : dims.subList(Math.floorMod(axis, dims.size()) + 1, dims.size())) {
      inner *= dim;
    }
    long start =
        sample * outputs.type().elements()
            + (long) position / inner * inner * classes
            + position % inner;
    int best = 0;
    double bestScore = outputs.at(start);
    for (int c = 1; c < classes; c++) {
      double score = outputs.at(start + (long) c * inner);
      if (score > bestScore) {
        best = c;
        bestScore = score;
      }
    }
    count(target, best);
    if (ranks && rank(outputs, start, inner, target) < TOP) {
      amongTop++;
    }
  }

  private int rank(Column outputs, long start, int inner, int target) {
    double own = outputs.at(start + (long) target * inner);
    int rank = 0;
    for (int c = 0; c < classes; c++) {
      double score = outputs.at(start + (long) c * inner);
      if (score > own || (score == own && c < target)) {
        rank++;
      }
    }
    return rank;
  }

  private void count(int target, int prediction) {
    counted++;
    actual[target]++;
    predicted[prediction]++;
    if (target == prediction) {
      right[target]++;
      rightInAll++;
    }
    matrix.ifPresent(counts -> counts[target][prediction]++);
  }

  @Override
  public double figure(Metric metric) {
    return switch (metric) {
      case ACCURACY -> share(rightInAll, counted);
      case TOP5 -> isBinary ? Double.NaN : share(amongTop, counted);
      case PRECISION -> meanOver(c -> share(right[c], predicted[c]));
      case RECALL -> meanOver(c -> share(right[c], actual[c]));
      case F1 -> meanOver(c -> share(2 * right[c], actual[c] + predicted[c]));
      case CONFUSION_MATRIX, MAE, RMSE, R2, PERPLEXITY -> Double.NaN;
    };
  }

  @Override
  public Optional<ConfusionMatrix> confusion(List<String> names) {
    List<String> all =
        IntStream.range(0, classes)
            .mapToObj(c -> c < names.size() ? names.get(c) : String.valueOf(c))
            .toList();
    return matrix.map(counts -> new ConfusionMatrix(all, counts));
  }

  @Override
  public double[] snapshot() {
    List<long[]> rows = rows();
    double[] all = new double[classes * rows.size() + 2];
    for (int i = 0; i < classes * rows.size(); i++) {
      all[i] = rows.get(i / classes)[i % classes];
    }
    all[all.length - 2] = counted;
    all[all.length - 1] = amongTop;
    return all;
  }

  @Override
  public void restore(double[] numbers) {
    List<long[]> rows = rows();
    for (int i = 0; i < classes * rows.size(); i++) {
      rows.get(i / classes)[i % classes] = (long) numbers[i];
    }
    rightInAll = LongStream.of(right).sum();
    counted = (long) numbers[numbers.length - 2];
    amongTop = (long) numbers[numbers.length - 1];
  }

  private List<long[]> rows() {
    List<long[]> rows = new ArrayList<>(List.of(right, actual, predicted));
    matrix.ifPresent(counts -> rows.addAll(List.of(counts)));
    return rows;
  }

  /** The mean over the classes that occurred, among the targets or the predictions. */
  private double meanOver(IntToDoubleFunction figure) {
    return IntStream.range(0, classes)
        .filter(c -> actual[c] + predicted[c] > 0)
        .mapToDouble(figure)
        .average()
        .orElse(0);
  }

  private static double share(long part, long whole) {
    return whole == 0 ? 0 : (double) part / whole;
  }
}
