// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import java.util.ArrayList;
import java.util.List;

/** Lines of cells in columns that are as wide as they need to be. */
final class Table {

  private final int textColumns;
  private final List<Integer> least;
  private final List<List<String>> rows = new ArrayList<>();

  /**
   * @param textColumns how many columns at the left hold texts; the others hold numbers, which end
   *     below each other
   */
  Table(int textColumns) {
    this(textColumns, List.of());
  }

  /**
   * A part of a table that is printed bit by bit.
   *
   * @param least how wide the first columns are at least, so that parts stand below each other
   */
  Table(int textColumns, List<Integer> least) {
    this.textColumns = textColumns;
    this.least = List.copyOf(least);
  }

  Table row(String... cells) {
    rows.add(List.of(cells));
    return this;
  }

  /** The table; each line ends with a line end. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < row.size(); column++) {
        String gap = " ".repeat(width(column) - row.get(column).length());
        line.append(column == 0 ? "" : "  ");
        line.append(column < textColumns ? row.get(column) + gap : gap + row.get(column));
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }

  private int width(int column) {
    int longest =
        rows.stream()
            .filter(row -> column < row.size())
            .mapToInt(row -> row.get(column).length())
            .max()
            .orElse(0);
    return column < least.size() ? Math.max(longest, least.get(column)) : longest;
  }
}
