// SPDX-License-Identifier: Apache-2.0
package dlc.driver.health;

import dlc.runtime.data.Column;
import dlc.runtime.data.Dataset;
import java.util.HashMap;
import java.util.Map;

/** How often each class is the target of a sample. */
record ClassShares(Map<Integer, Integer> counts, int samples) {

  ClassShares {
    counts = Map.copyOf(counts);
  }

  static ClassShares of(Dataset data, Column target) {
    Map<Integer, Integer> counts = new HashMap<>();
    for (int sample = 0; sample < data.size(); sample++) {
      counts.merge((int) target.at(data.row(sample)), 1, Integer::sum);
    }
    return new ClassShares(counts, data.size());
  }

  /** The share of the class that most samples have. */
  double largest() {
    return (double) counts.values().stream().mapToInt(count -> count).max().orElse(0) / samples;
  }
}
