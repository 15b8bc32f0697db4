// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.file;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How the arrays of one name differ between two files.
 *
 * @param name what both files call them
 * @param found what differs, in words; empty when it is numbers
 * @param largest the largest difference of two numbers at the same place
 * @param scale the largest size of a number in the first file
 */
public record ArrayDifference(String name, String found, double largest, double scale) {

  /** All that differs by more than {@code tolerance}, in the order of the first file. */
  public static List<ArrayDifference> between(
      Map<String, NumberArray> first, Map<String, NumberArray> second, double tolerance) {
    Set<String> names = new LinkedHashSet<>(first.keySet());
    names.addAll(second.keySet());
    List<ArrayDifference> differences = new ArrayList<>();
    for (String name : names) {
      NumberArray left = first.get(name);
      NumberArray right = second.get(name);
      if (left == null || right == null) {
        String found = left == null ? "only in the second, " + right : "only in the first, " + left;
        differences.add(new ArrayDifference(name, found, 0, 0));
      } else if (!left.dims().equals(right.dims())) {
        String found = left + " in the first, " + right + " in the second";
        differences.add(new ArrayDifference(name, found, 0, 0));
      } else {
        ArrayDifference numbers = of(name, left, right);
        if (!(numbers.largest <= tolerance)) {
          differences.add(numbers);
        }
      }
    }
    return differences;
  }

  private static ArrayDifference of(String name, NumberArray left, NumberArray right) {
    double largest = 0;
    double scale = 0;
    for (long i = 0; i < left.elements(); i++) {
      double a = left.at(i);
      double b = right.at(i);
      if (Double.compare(a, b) != 0) {
        double difference = Math.abs(a - b);
        largest = Double.isNaN(difference) ? Double.NaN : Math.max(largest, difference);
      }
      scale = Math.max(scale, Math.abs(a));
    }
    return new ArrayDifference(name, "", largest, scale);
  }
}
