// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

import java.util.Arrays;

/** Numbers that were measured. */
final class Samples {

  private double[] values = new double[64];
  private int count;

  void add(double value) {
    if (count == values.length) {
      values = Arrays.copyOf(values, 2 * count);
    }
    values[count++] = value;
  }

  boolean isEmpty() {
    return count == 0;
  }

  double median() {
    return sorted()[count / 2];
  }

  double least() {
    return sorted()[0];
  }

  double most() {
    return sorted()[count - 1];
  }

  private double[] sorted() {
    double[] sorted = Arrays.copyOf(values, count);
    Arrays.sort(sorted);
    return sorted;
  }
}
