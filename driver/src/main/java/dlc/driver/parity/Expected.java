// SPDX-License-Identifier: Apache-2.0
package dlc.driver.parity;

import java.util.Arrays;
import java.util.function.IntPredicate;

/** Recorded numbers, and how far from each of them a computed one may lie. */
final class Expected {

  private static final double TIMES_REFERENCE_ERROR = 4;
  private static final double LEAST_RELATIVE = 1e-6;
  private static final double RELATIVE_AFTER_STEPS = 1e-4;
  private static final double ABSOLUTE_AFTER_STEPS = 1e-6;

  private static final double RATES_RELATIVE = 1e-9;
  private static final double RATES_ABSOLUTE = 1e-12;

  private final double[] values;
  private final double absolute;
  private final double relative;
  private final IntPredicate compared;

  private Expected(double[] values, double absolute, double relative, IntPredicate compared) {
    this.values = values;
    this.absolute = absolute;
    this.relative = relative;
    this.compared = compared;
  }

  /**
   * Numbers in f64.
   *
   * @param referenceError how far the reference's own f32 computation is from them
   */
  static Expected exact(double[] values, double referenceError) {
    double largest = Arrays.stream(values).map(Math::abs).filter(Double::isFinite).max().orElse(0);
    double tolerance = Math.max(TIMES_REFERENCE_ERROR * referenceError, LEAST_RELATIVE * largest);
    return new Expected(values, tolerance, 0, _ -> true);
  }

  /** Numbers that the reference computed in f32, after some steps. */
  static Expected afterSteps(double[] values) {
    return new Expected(values, ABSOLUTE_AFTER_STEPS, RELATIVE_AFTER_STEPS, _ -> true);
  }

  /** Learning rates, which both sides compute in f64. */
  static Expected rates(double[] values) {
    return new Expected(values, RATES_ABSOLUTE, RATES_RELATIVE, _ -> true);
  }

  /** The same, but only the elements that {@code compared} holds for. */
  Expected only(IntPredicate places) {
    return new Expected(values, absolute, relative, places);
  }

  /** How {@code computed} agrees, at the element that agrees least. */
  Comparison compare(String part, String name, double[] computed) {
    if (computed.length != values.length) {
      throw new IllegalStateException(
          "%s %s has %d elements, recorded are %d"
              .formatted(part, name, computed.length, values.length));
    }
    Comparison worst = new Comparison(part, name, 0, absolute);
    for (int i = 0; i < values.length; i++) {
      if (compared.test(i)) {
        double tolerance = absolute + relative * Math.abs(values[i]);
        Comparison here = new Comparison(part, name, error(computed[i], values[i]), tolerance);
        if (here.ratio() > worst.ratio()) {
          worst = here;
        }
      }
    }
    return worst;
  }

  private static double error(double computed, double value) {
    if (Double.compare(computed, value) == 0) {
      return 0;
    }
    double error = Math.abs(computed - value);
    return Double.isNaN(error) ? Double.POSITIVE_INFINITY : error;
  }
}
