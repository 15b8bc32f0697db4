// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

/** Instructions with places to fill in. */
final class Template {

  private Template() {}

  /**
   * What {@code String.format} makes of it, where {@code %s}, {@code %d} and {@code %%} are all
   * that it has to fill in. That one is a tenth of the time that a program takes to become text.
   */
  static String filled(String template, Object... parts) {
    StringBuilder text = new StringBuilder(template.length() + 16 * parts.length);
    int start = 0;
    int part = 0;
    for (int at = template.indexOf('%'); at >= 0; at = template.indexOf('%', start)) {
      text.append(template, start, at);
      if (template.charAt(at + 1) == '%') {
        text.append('%');
      } else {
        text.append(parts[part++]);
      }
      start = at + 2;
    }
    return text.append(template, start, template.length()).toString();
  }
}
