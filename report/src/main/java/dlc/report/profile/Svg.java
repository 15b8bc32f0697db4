// SPDX-License-Identifier: Apache-2.0
package dlc.report.profile;

import java.util.Locale;

/** The text of a picture in SVG while it is drawn. */
final class Svg {

  private final StringBuilder text = new StringBuilder();

  Svg(int width, int height, String id) {
    add("<svg id=\"%s\" viewBox=\"0 0 %d %d\" width=\"100%%\">", id, width, height);
  }

  /** Adds elements; numbers are written as everywhere in the world. */
  Svg add(String format, Object... arguments) {
    text.append(String.format(Locale.ROOT, format, arguments)).append('\n');
    return this;
  }

  String finish() {
    return text + "</svg>\n";
  }

  /** {@code text} as the content of an element or an attribute. */
  static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  /** From red, far from what is possible, to green, near it. */
  static String color(double share) {
    return String.format(Locale.ROOT, "hsl(%.0f 62%% 62%%)", 125 * Math.clamp(share, 0, 1));
  }
}
