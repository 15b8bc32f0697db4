// SPDX-License-Identifier: Apache-2.0
package dlc.report.tensorboard;

import dlc.runtime.data.Column;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** How the elements of a tensor are spread, in buckets whose bounds grow by a tenth. */
final class Histogram {

  private static final double SMALLEST = 1e-12;
  private static final double LARGEST = 1e20;
  private static final double GROWTH = 1.1;
  private static final double[] BOUNDS = bounds();

  private Histogram() {}

  /** The elements of the first row of {@code column} as a HistogramProto; NaN does not count. */
  static Message of(Column column) {
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    double sum = 0;
    double squares = 0;
    long count = 0;
    long[] buckets = new long[BOUNDS.length];
    long elements = column.type().elements();
    for (long i = 0; i < elements; i++) {
      double value = column.at(i);
      if (!Double.isNaN(value)) {
        low = Math.min(low, value);
        high = Math.max(high, value);
        sum += value;
        squares += value * value;
        count++;
        buckets[bucket(value)]++;
      }
    }
    if (count == 0) {
      low = 0;
      high = 0;
    }
    Message histogram = new Message();
    histogram.number(1, low).number(2, high).number(3, count).number(4, sum).number(5, squares);
    List<Double> limits = new ArrayList<>();
    List<Double> counts = new ArrayList<>();
    for (int b = 0; b < buckets.length; b++) {
      boolean besideSome = b + 1 < buckets.length && buckets[b + 1] > 0;
      if (buckets[b] > 0 || besideSome) {
        limits.add(BOUNDS[b]);
        counts.add((double) buckets[b]);
      }
    }
    return histogram.numbers(6, limits).numbers(7, counts);
  }

  /** The first bucket whose bound is not below {@code value}. */
  private static int bucket(double value) {
    int found = Arrays.binarySearch(BOUNDS, value);
    return Math.min(found < 0 ? -found - 1 : found, BOUNDS.length - 1);
  }

  private static double[] bounds() {
    List<Double> positive = new ArrayList<>();
    for (double bound = SMALLEST; bound < LARGEST; bound *= GROWTH) {
      positive.add(bound);
    }
    double[] bounds = new double[2 * positive.size() + 2];
    for (int i = 0; i < positive.size(); i++) {
      bounds[positive.size() - 1 - i] = -positive.get(i);
      bounds[positive.size() + 1 + i] = positive.get(i);
    }
    bounds[bounds.length - 1] = Double.MAX_VALUE;
    return bounds;
  }
}
