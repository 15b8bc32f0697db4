// SPDX-License-Identifier: Apache-2.0
package dlc.passes;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Compares what two ways of computing the same came to. */
public final class Numbers {

  private Numbers() {}

  /**
   * Fails where the two differ by more than {@code tolerance}, relative to the greatest element.
   * Where a NaN is expected anything goes: simplification may remove a product with 0.
   */
  public static void assertClose(
      double @Nullable [] actual,
      double @Nullable [] expected,
      double tolerance,
      Supplier<String> context) {
    if (actual == null || expected == null || actual.length != expected.length) {
      throw new AssertionError("other elements: " + context.get());
    }
    double magnitude = 1;
    for (double element : expected) {
      magnitude = Double.isFinite(element) ? Math.max(magnitude, Math.abs(element)) : magnitude;
    }
    for (int i = 0; i < expected.length; i++) {
      boolean same =
          Double.isNaN(expected[i])
              || actual[i] == expected[i]
              || Math.abs(actual[i] - expected[i]) <= tolerance * magnitude;
      if (!same) {
        throw new AssertionError(
            "element %d is %s, expected %s: %s"
                .formatted(i, actual[i], expected[i], context.get()));
      }
    }
  }
}
