// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.data;

import dlc.base.Code;
import dlc.base.UserError;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;

/** The classes of samples: how often each occurs, and how they are spread evenly. */
public final class Strata {

  private Strata() {}

  /** How many samples of {@code dataset} have each class, up to the greatest that occurs. */
  public static long[] counts(Dataset dataset) {
    long[] counts = new long[0];
    Column target = dataset.target().orElseThrow(() -> without(dataset));
    long elements = target.type().elements();
    for (int sample = 0; sample < dataset.size(); sample++) {
      for (long i = 0; i < elements; i++) {
        int label = (int) target.at(dataset.row(sample) * elements + i);
        if (label >= counts.length) {
          counts = Arrays.copyOf(counts, label + 1);
        }
        if (label >= 0) {
          counts[label]++;
        }
      }
    }
    return counts;
  }

  /**
   * The samples of {@code order} such that any that follow each other have the classes in the
   * shares of all: sample j of the n of a class goes to the place (j + 1/2) / n of the whole.
   */
  static int[] spread(int[] order, Dataset dataset) {
    Column target = dataset.target().orElseThrow(() -> without(dataset));
    if (target.type().elements() != 1 || target.type().dtype().isFloat()) {
      throw without(dataset);
    }
    long[] counts = counts(dataset);
    Map<Integer, Integer> seen = new HashMap<>();
    double[] places = new double[dataset.size()];
    for (int sample : order) {
      int label = label(target, dataset, sample);
      int before = seen.merge(label, 1, Integer::sum) - 1;
      places[sample] = label < 0 ? 1 : (before + 0.5) / counts[label];
    }
    return Arrays.stream(order)
        .boxed()
        .sorted(Comparator.comparingDouble(sample -> places[sample]))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private static int label(Column target, Dataset dataset, int sample) {
    return (int) target.at(dataset.row(sample));
  }

  private static UserError without(Dataset dataset) {
    String found = dataset.target().map(target -> target.type().toString()).orElse("none");
    return new UserError(
            Code.BAD_SETTING,
            "split",
            "stratified needs a class for each sample, the targets of %s are %s"
                .formatted(dataset.name(), found))
        .help("leave stratified= out");
  }
}
