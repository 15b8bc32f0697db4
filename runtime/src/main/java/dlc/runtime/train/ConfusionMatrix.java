// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.train;

import dlc.runtime.file.Text;
import java.util.List;

/** How often samples of each class were taken for which. */
public final class ConfusionMatrix {

  private static final int LONGEST_ROW_NAME = 16;
  private static final int LONGEST_COLUMN_NAME = 8;

  private final List<String> classes;
  private final long[][] counts;

  ConfusionMatrix(List<String> classes, long[][] counts) {
    this.classes = List.copyOf(classes);
    this.counts = counts;
  }

  public List<String> classes() {
    return classes;
  }

  /** How many samples of class {@code actual} were taken for {@code predicted}. */
  public long count(int actual, int predicted) {
    return counts[actual][predicted];
  }

  /** The share of the samples of class {@code actual} that were recognised; 0 if there are none. */
  public double recall(int actual) {
    long all = 0;
    for (long count : counts[actual]) {
      all += count;
    }
    return all == 0 ? 0 : (double) counts[actual][actual] / all;
  }

  /** The share of what was taken for class {@code predicted} that is of it; 0 if nothing was. */
  public double precision(int predicted) {
    long all = 0;
    for (long[] row : counts) {
      all += row[predicted];
    }
    return all == 0 ? 0 : (double) counts[predicted][predicted] / all;
  }

  /** The harmonic mean of precision and recall; 0 where both are. */
  public double f1(int one) {
    double sum = precision(one) + recall(one);
    return sum == 0 ? 0 : 2 * precision(one) * recall(one) / sum;
  }

  /**
   * A table with a row for each actual and a column for each predicted class, and the figures of
   * each.
   */
  public String table() {
    int nameWidth = "actual".length();
    for (String name : classes) {
      nameWidth = Math.max(nameWidth, cut(name, LONGEST_ROW_NAME).length());
    }
    int[] widths = new int[classes.size()];
    StringBuilder table = new StringBuilder(pad("actual", -nameWidth));
    for (int predicted = 0; predicted < widths.length; predicted++) {
      String name = cut(classes.get(predicted), LONGEST_COLUMN_NAME);
      widths[predicted] = Math.max(name.length(), widestCount(predicted));
      table.append("  ").append(pad(name, widths[predicted]));
    }
    table.append("  precision  recall      f1\n");
    for (int actual = 0; actual < widths.length; actual++) {
      table.append(pad(cut(classes.get(actual), LONGEST_ROW_NAME), -nameWidth));
      for (int predicted = 0; predicted < widths.length; predicted++) {
        String count = String.valueOf(counts[actual][predicted]);
        table.append("  ").append(pad(count, widths[predicted]));
      }
      table.append(
          Text.of(
              "     %5.1f%%  %5.1f%%  %5.1f%%\n",
              100 * precision(actual), 100 * recall(actual), 100 * f1(actual)));
    }
    return table.toString();
  }

  private int widestCount(int predicted) {
    int widest = 1;
    for (long[] row : counts) {
      widest = Math.max(widest, String.valueOf(row[predicted]).length());
    }
    return widest;
  }

  private static String cut(String name, int longest) {
    return name.length() <= longest ? name : name.substring(0, longest - 1) + "…";
  }

  private static String pad(String text, int width) {
    String gap = " ".repeat(Math.max(0, Math.abs(width) - text.length()));
    return width < 0 ? text + gap : gap + text;
  }
}
