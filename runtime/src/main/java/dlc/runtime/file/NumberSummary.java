// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.file;

import java.util.function.LongToDoubleFunction;

/**
 * What many numbers are like.
 *
 * @param mean that of the finite ones, as the other figures
 * @param notFinite how many are NaN or infinite
 */
public record NumberSummary(
    double mean, double deviation, double least, double most, long notFinite) {

  /** The summary of {@code count} numbers; of none at all every figure is NaN. */
  public static NumberSummary of(long count, LongToDoubleFunction number) {
    double mean = 0;
    double squares = 0;
    double least = Double.NaN;
    double most = Double.NaN;
    long finite = 0;
    for (long i = 0; i < count; i++) {
      double value = number.applyAsDouble(i);
      if (Double.isFinite(value)) {
        finite++;
        double before = value - mean;
        mean += before / finite;
        squares += before * (value - mean);
        least = finite == 1 ? value : Math.min(least, value);
        most = finite == 1 ? value : Math.max(most, value);
      }
    }
    return finite == 0
        ? new NumberSummary(Double.NaN, Double.NaN, Double.NaN, Double.NaN, count)
        : new NumberSummary(mean, Math.sqrt(squares / finite), least, most, count - finite);
  }

  /** The summary of the numbers of {@code array}. */
  public static NumberSummary of(NumberArray array) {
    return of(array.elements(), array::at);
  }
}
