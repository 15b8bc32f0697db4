// SPDX-License-Identifier: Apache-2.0
package dlc.driver.parity;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What a run of an entry point gave, by name. */
public final class Results {

  private final Map<String, double[]> arrays;

  Results(Map<String, double[]> arrays) {
    this.arrays = new LinkedHashMap<>(arrays);
  }

  /** The elements of the result called {@code name}, if there is one. */
  public Optional<double[]> find(String name) {
    return Optional.ofNullable(arrays.get(name));
  }

  /** The elements of the result called {@code name}. */
  public double[] get(String name) {
    return find(name)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no result %s, there are %s".formatted(name, arrays.keySet())));
  }
}
