// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.train;

import java.util.OptionalDouble;

/**
 * Ends training when a figure no longer gets better.
 *
 * @param patience after how many epochs without a better figure
 * @param on {@code validation.loss}, {@code training.f1} and so on; where there is nothing to
 *     validate, of training
 * @param least how much better counts
 * @param restores whether training ends with the weights of the best epoch
 */
public record EarlyStop(int patience, String on, double least, boolean restores) {

  private static final String LOSS = "loss";

  private String figure() {
    return on.substring(on.indexOf('.') + 1);
  }

  private boolean isOnValidation(EpochReport report) {
    return on.startsWith("validation.") && report.validation().isPresent();
  }

  /** The figure of an epoch, if it was measured. */
  OptionalDouble watched(EpochReport report) {
    Figures figures =
        isOnValidation(report) ? report.validation().orElseThrow() : report.training();
    String name = figure();
    return name.equals(LOSS)
        ? OptionalDouble.of(figures.loss())
        : Metric.named(name).map(figures::metric).orElse(OptionalDouble.empty());
  }

  /** What that figure is called: that of training where there is nothing to validate. */
  String watchedName(EpochReport report) {
    return (isOnValidation(report) ? "validation." : "training.") + figure();
  }

  /** Whether {@code figure} is better than {@code best}, which may be NaN for none yet. */
  boolean isBetter(double figure, double best) {
    if (Double.isNaN(best)) {
      return true;
    }
    boolean isLower = Metric.named(figure()).map(metric -> !metric.isGreaterBetter()).orElse(true);
    return isLower ? figure < best - least : figure > best + least;
  }
}
