// SPDX-License-Identifier: Apache-2.0
package dlc.ir.scalar;

/**
 * The error function, {@code 2/sqrt(pi) * integral of exp(-t^2) from 0 to x}.
 *
 * <p>Abramowitz and Stegun 7.1.6 (a series of positive terms) near 0, and the continued fraction
 * 7.1.14 of its complement further out; both to about 1e-15.
 */
final class ErrorFunction {

  private static final double SERIES_LIMIT = 2.5;
  private static final int FRACTION_DEPTH = 120;

  private ErrorFunction() {}

  static double of(double x) {
    if (Double.isNaN(x)) {
      return x;
    }
    double magnitude = Math.abs(x);
    double value = magnitude < SERIES_LIMIT ? series(magnitude) : 1 - complement(magnitude);
    return Math.copySign(value, x);
  }

  private static double series(double x) {
    double term = x;
    double sum = x;
    for (int n = 1; term > sum * 1e-17; n++) {
      term *= 2 * x * x / (2 * n + 1);
      sum += term;
    }
    return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
  }

  private static double complement(double x) {
    if (x > 28) {
      return 0;
    }
    double fraction = x;
    for (int n = FRACTION_DEPTH; n >= 1; n--) {
      fraction = x + n / 2.0 / fraction;
    }
    return Math.exp(-x * x) / (fraction * Math.sqrt(Math.PI));
  }
}
