// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.train;

import dlc.runtime.data.Column;
import java.util.List;
import java.util.Optional;

/** Sums up how far outputs are from their targets. */
final class ValueTally implements Scores.Tally {

  private final double[] squaredErrors;
  private final double[] targetMeans;
  private final double[] targetDeviations;
  private double absoluteErrors;
  private long samples;

  /** For targets of so many numbers. */
  ValueTally(int elements) {
    squaredErrors = new double[elements];
    targetMeans = new double[elements];
    targetDeviations = new double[elements];
  }

  @Override
  public void add(Column outputs, int sample, Column targets, int row) {
    int elements = squaredErrors.length;
    if (outputs.type().elements() != elements) {
      return; // the loss compares parts of them, of which nothing is known here
    }
    samples++;
    for (int i = 0; i < elements; i++) {
      double target = targets.asFloat((long) row * elements + i);
      double error = outputs.at((long) sample * elements + i) - target;
      absoluteErrors += Math.abs(error);
      squaredErrors[i] += error * error;
      double before = target - targetMeans[i];
      targetMeans[i] += before / samples;
      targetDeviations[i] += before * (target - targetMeans[i]);
    }
  }

  @Override
  public double figure(Metric metric) {
    double count = (double) samples * squaredErrors.length;
    return switch (metric) {
      case MAE -> absoluteErrors / count;
      case RMSE -> Math.sqrt(sum(squaredErrors) / count);
      case R2 -> r2();
      case ACCURACY, TOP5, PRECISION, RECALL, F1, CONFUSION_MATRIX, PERPLEXITY -> Double.NaN;
    };
  }

  @Override
  public Optional<ConfusionMatrix> confusion(List<String> classes) {
    return Optional.empty();
  }

  @Override
  public double[] snapshot() {
    int elements = squaredErrors.length;
    double[] all = new double[3 * elements + 2];
    System.arraycopy(squaredErrors, 0, all, 0, elements);
    System.arraycopy(targetMeans, 0, all, elements, elements);
    System.arraycopy(targetDeviations, 0, all, 2 * elements, elements);
    all[3 * elements] = absoluteErrors;
    all[3 * elements + 1] = samples;
    return all;
  }

  @Override
  public void restore(double[] numbers) {
    int elements = squaredErrors.length;
    System.arraycopy(numbers, 0, squaredErrors, 0, elements);
    System.arraycopy(numbers, elements, targetMeans, 0, elements);
    System.arraycopy(numbers, 2 * elements, targetDeviations, 0, elements);
    absoluteErrors = numbers[3 * elements];
    samples = (long) numbers[3 * elements + 1];
  }

  private double r2() {
    double sum = 0;
    for (int i = 0; i < squaredErrors.length; i++) {
      if (targetDeviations[i] == 0) {
        sum += squaredErrors[i] == 0 ? 1 : 0;
      } else {
        sum += 1 - squaredErrors[i] / targetDeviations[i];
      }
    }
    return sum / squaredErrors.length;
  }

  private static double sum(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum;
  }
}
