// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.train;

import java.util.Locale;
import java.util.Optional;

/** A figure of merit that a program can ask for. */
public enum Metric {
  /** The share of targets whose class has the highest output. */
  ACCURACY,
  /** The share of targets whose class is among the five highest outputs. */
  TOP5,
  /** The mean over classes of right predictions among all predictions of the class. */
  PRECISION,
  /** The mean over classes of right predictions among all targets of the class. */
  RECALL,
  /** The mean over classes of the harmonic mean of precision and recall. */
  F1,
  /** How often each class was taken for which. */
  CONFUSION_MATRIX,
  /** The mean absolute error. */
  MAE,
  /** The root of the mean squared error. */
  RMSE,
  /** The share of the targets' variance that is explained, a mean over outputs. */
  R2,
  /** The exponential of the loss. */
  PERPLEXITY;

  /** The metric that programs call {@code name}. */
  public static Optional<Metric> named(String name) {
    for (Metric metric : values()) {
      if (metric.toString().equals(name)) {
        return Optional.of(metric);
      }
    }
    return Optional.empty();
  }

  /** Whether the figure is a share, which is shown in percent. */
  public boolean isShare() {
    return switch (this) {
      case ACCURACY, TOP5, PRECISION, RECALL, F1 -> true;
      case CONFUSION_MATRIX, MAE, RMSE, R2, PERPLEXITY -> false;
    };
  }

  /** Whether a greater figure is a better one. */
  public boolean isGreaterBetter() {
    return isShare() || this == R2;
  }

  /** The name in programs. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
