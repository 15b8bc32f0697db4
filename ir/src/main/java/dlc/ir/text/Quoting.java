// SPDX-License-Identifier: Apache-2.0
package dlc.ir.text;

import java.util.regex.Pattern;

/** How IR text writes names that are more than a word. */
final class Quoting {

  private static final Pattern WORD = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  private Quoting() {}

  /** {@code name} itself when it is a word, else between quotes. */
  static String quote(String name) {
    if (WORD.matcher(name).matches()) {
      return name;
    }
    return '"' + name.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
  }

  /** What the quoted {@code text} says. */
  static String unquote(String text) {
    StringBuilder name = new StringBuilder();
    for (int i = 1; i < text.length() - 1; i++) {
      char c = text.charAt(i);
      if (c == '\\') {
        c = text.charAt(++i);
        c = c == 'n' ? '\n' : c;
      }
      name.append(c);
    }
    return name.toString();
  }
}
