// SPDX-License-Identifier: Apache-2.0
package dlc.drawing;

import dlc.drawing.Network.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What stands in a box, line by line, and how much room that takes. */
final class Lettering {

  static final int LINE = 18;
  static final int SIZE = 13;
  private static final int SMALL_SIZE = 11;
  private static final int MARGIN = 14;
  private static final int LEAST_WIDTH = 60;

  /**
   * A line of text.
   *
   * @param style its class in the style sheet: {@code title}, {@code label} or {@code small}
   */
  record Line(String text, String style) {

    double width() {
      double size = style.equals("small") ? SMALL_SIZE : SIZE;
      double units = text.codePoints().mapToDouble(Lettering::unit).sum();
      return units * size * (style.equals("label") ? 1.08 : 1.0);
    }
  }

  private Lettering() {}

  static List<Line> of(Node node) {
    List<Line> lines = new ArrayList<>();
    if (!node.label().isEmpty()) {
      lines.add(new Line(node.label(), "label"));
    }
    boolean isLabelAgain = node.title().equals(node.label());
    if (!isLabelAgain) {
      boolean isPlain = node.label().isEmpty() && node.family() != Family.PORT;
      lines.add(new Line(node.title(), isPlain || node.isGroup() ? "title" : style(node)));
    }
    String remark = remark(node);
    if (!remark.isEmpty() && !node.isGroup()) {
      lines.add(new Line(remark, "small"));
    }
    return lines;
  }

  private static String style(Node node) {
    return node.family() == Family.PORT ? "label" : "title";
  }

  /** What a group is called, on one line. */
  static String heading(Node node) {
    return node.label().isEmpty() ? node.title() : node.label() + ": " + node.title();
  }

  /** The shape and the number of weights. */
  static String remark(Node node) {
    List<String> parts = new ArrayList<>();
    if (!node.type().isEmpty()) {
      parts.add(node.type());
    }
    if (node.isShared()) {
      parts.add("same weights");
    } else if (node.weights() > 0) {
      parts.add(count(node.weights()));
    }
    return String.join("  ·  ", parts);
  }

  static String count(long weights) {
    return weights == 1 ? "1 weight" : String.format(Locale.ROOT, "%,d weights", weights);
  }

  static double width(Node node) {
    double text = of(node).stream().mapToDouble(Line::width).max().orElse(0);
    return Math.max(LEAST_WIDTH, Math.ceil(text + 2 * MARGIN));
  }

  static double height(Node node) {
    return of(node).size() * LINE + 12.0;
  }

  /** The width of a letter in a usual typeface, in parts of its size; rather too much. */
  private static double unit(int letter) {
    if ("il.,:;|'()[]!/ ".indexOf(letter) >= 0) {
      return 0.36;
    }
    if ("mwMW@×−…".indexOf(letter) >= 0) {
      return 0.92;
    }
    return Character.isUpperCase(letter) ? 0.72 : letter > 0x2000 ? 1.0 : 0.62;
  }
}
