// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** A curve of a few numbers as lines with bars, for a terminal. */
final class TextCurve {

  private static final int LINES = 12;
  private static final int WIDTH = 40;

  private TextCurve() {}

  /**
   * The values at evenly spread places, the last one among them; each line ends with a line end.
   *
   * @param name what the places count
   * @param first the number of the first place
   */
  static String of(String name, int first, List<Double> values) {
    List<Integer> places = places(values.size());
    double most =
        places.stream()
            .map(values::get)
            .filter(Double::isFinite)
            .max(Comparator.naturalOrder())
            .orElse(1.0);
    Table table = new Table(0);
    table.row(name, "loss", "");
    for (int place : places) {
      double value = values.get(place);
      table.row(Words.count(first + (long) place), Words.number(value), bar(value, most));
    }
    return table.toString();
  }

  private static String bar(double value, double most) {
    double share = Double.isFinite(value) && most > 0 ? Math.clamp(value / most, 0, 1) : 1;
    String bar = "▇".repeat((int) Math.round(share * WIDTH));
    return bar + " ".repeat(WIDTH - bar.length());
  }

  private static List<Integer> places(int count) {
    int[] places = new int[Math.min(count, LINES)];
    Arrays.setAll(
        places,
        i -> places.length == 1 ? 0 : (int) Math.round((count - 1.0) * i / (places.length - 1)));
    List<Integer> all = new ArrayList<>();
    Arrays.stream(places).forEach(all::add);
    return all;
  }
}
