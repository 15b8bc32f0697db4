// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.file;

/** The one part of writing JSON that is not plain text. */
public final class Json {

  private Json() {}

  /** {@code text} as a JSON string. */
  public static String quoted(String text) {
    StringBuilder json = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> json.append("\\\"");
        case '\\' -> json.append("\\\\");
        case '\n' -> json.append("\\n");
        default -> {
          if (c < 0x20) {
            json.append("\\u%04x".formatted((int) c));
          } else {
            json.append(c);
          }
        }
      }
    }
    return json.append('"').toString();
  }

  /** {@code value} as a JSON number; what JSON has no number for becomes {@code null}. */
  public static String number(double value) {
    return Double.isFinite(value) ? Double.toString(value) : "null";
  }
}
