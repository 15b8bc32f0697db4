// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.file;

import java.util.Locale;

/** Numbers in messages, written alike everywhere in the world. */
public final class Text {

  private Text() {}

  public static String of(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }
}
