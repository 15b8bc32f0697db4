// SPDX-License-Identifier: Apache-2.0
package dlc.driver.sweep;

import dlc.runtime.data.RandomStream;
import dlc.runtime.data.RandomStream.Purpose;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** All that a search may try: a dimension for each of its params. */
public record Space(Map<String, Dimension> dimensions) {

  /** After so many draws that were there before, there is nothing new. */
  private static final int DRAWS = 200;

  public Space {
    dimensions = Collections.unmodifiableMap(new LinkedHashMap<>(dimensions));
  }

  /**
   * Reads what a user wrote.
   *
   * @param texts a dimension for each param
   * @param present the values that the program's params have, which say which are ints
   */
  public static Space parse(Map<String, String> texts, Map<String, String> present) {
    Map<String, Dimension> dimensions = new LinkedHashMap<>();
    texts.forEach(
        (name, text) -> {
          boolean isInt = present.getOrDefault(name, "").matches("-?\\d+");
          dimensions.put(name, Dimension.parse(name, text, isInt));
        });
    return new Space(dimensions);
  }

  /** The first {@code count} different trials of those that {@code seed} draws. */
  public List<Trial> drawn(int count, int seed) {
    Set<Map<String, String>> all = new LinkedHashSet<>();
    for (int draw = 0; draw < count * DRAWS && all.size() < count; draw++) {
      RandomStream random = new RandomStream(Purpose.SWEEP, seed, draw);
      Map<String, String> params = new LinkedHashMap<>();
      dimensions.forEach((name, dimension) -> params.put(name, dimension.draw(random)));
      all.add(params);
    }
    return numbered(List.copyOf(all));
  }

  /** Every combination of values; of ranges as many that {@code count} trials are about enough. */
  public List<Trial> grid(int count) {
    long fixed = 1;
    int ranges = 0;
    for (Dimension dimension : dimensions.values()) {
      switch (dimension) {
        case Dimension.Choice choice -> fixed *= choice.values().size();
        case Dimension.Range _ -> ranges++;
      }
    }
    int each =
        ranges == 0
            ? 1
            : (int) Math.max(2, Math.floor(Math.pow((double) count / fixed, 1.0 / ranges) + 1e-9));
    List<Map<String, String>> all = new ArrayList<>(List.of(Map.of()));
    for (Map.Entry<String, Dimension> dimension : dimensions.entrySet()) {
      List<Map<String, String>> longer = new ArrayList<>();
      for (Map<String, String> before : all) {
        for (String value : dimension.getValue().grid(each)) {
          Map<String, String> params = new LinkedHashMap<>(before);
          params.put(dimension.getKey(), value);
          longer.add(params);
        }
      }
      all = longer;
    }
    return numbered(all);
  }

  private static List<Trial> numbered(List<Map<String, String>> all) {
    List<Trial> trials = new ArrayList<>();
    for (Map<String, String> params : all) {
      trials.add(new Trial(trials.size() + 1, params));
    }
    return trials;
  }
}
