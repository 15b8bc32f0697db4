// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.elaborate;

import dlc.frontend.value.Datum;
import dlc.frontend.value.Datum.FloatDatum;
import dlc.frontend.value.Datum.IntDatum;
import dlc.frontend.value.Datum.ListDatum;
import dlc.frontend.value.Datum.StringDatum;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code "balanced"} stands for among the arguments of a loss: weights with which all classes
 * count as much, however often each occurs.
 *
 * @param counts how many samples of the training part have each class; where none are known, all
 *     weights are 1
 */
record ClassWeights(List<Long> counts) {

  private static final StringDatum BALANCED = new StringDatum("balanced");

  /** The arguments of a loss of an output with the dimensions {@code dims}, with numbers. */
  Map<String, Datum> balanced(Map<String, Datum> arguments, List<Integer> dims) {
    Map<String, Datum> numbers = new LinkedHashMap<>(arguments);
    if (BALANCED.equals(arguments.get("weight")) && !dims.isEmpty()) {
      int dim = whole(arguments.get("dim"), -1);
      int classes = dims.get(Math.floorMod(dim, dims.size()));
      numbers.put("weight", weights(classes, whole(arguments.get("ignore_index"), -1)));
    }
    if (BALANCED.equals(arguments.get("pos_weight"))) {
      numbers.put("pos_weight", new FloatDatum(count(1) > 0 ? (double) count(0) / count(1) : 1));
    }
    return numbers;
  }

  private static int whole(@Nullable Datum value, int otherwise) {
    return value instanceof IntDatum(long number) ? (int) number : otherwise;
  }

  /** All / (classes times those of the class); a class that does not occur has the weight 1. */
  private ListDatum weights(int classes, int ignored) {
    long all = 0;
    for (int c = 0; c < classes; c++) {
      all += c == ignored ? 0 : count(c);
    }
    List<Datum> weights = new ArrayList<>();
    for (int c = 0; c < classes; c++) {
      long count = count(c);
      weights.add(new FloatDatum(count > 0 ? (double) all / ((double) classes * count) : 1));
    }
    return new ListDatum(weights);
  }

  private long count(int label) {
    return label < counts.size() ? counts.get(label) : 0;
  }
}
