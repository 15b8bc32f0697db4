// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.train;

import dlc.runtime.data.Column;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The gradient of the loss of one batch, by weight.
 *
 * @param norm the Euclidean norm over the elements of all weights
 * @param byWeight all elements of each weight's gradient, as one row
 */
public record Gradients(double norm, Map<String, Column> byWeight) {

  public Gradients {
    byWeight = Collections.unmodifiableMap(new LinkedHashMap<>(byWeight));
  }

  static Gradients of(Map<String, Column> byWeight) {
    double squares = byWeight.values().stream().mapToDouble(Gradients::squares).sum();
    return new Gradients(Math.sqrt(squares), byWeight);
  }

  private static double squares(Column gradient) {
    double sum = 0;
    long elements = gradient.type().elements();
    for (long i = 0; i < elements; i++) {
      double value = gradient.at(i);
      sum += value * value;
    }
    return sum;
  }
}
