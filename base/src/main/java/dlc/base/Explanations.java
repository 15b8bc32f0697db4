// SPDX-License-Identifier: Apache-2.0
package dlc.base;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** The long forms of all codes, read from {@code explanations.md}: one {@code ##} section each. */
final class Explanations {

  private static final String RESOURCE = "explanations.md";
  private static final Map<String, String> SECTIONS = read();

  private Explanations() {}

  static String of(Code code) {
    String text = SECTIONS.get(code.id());
    if (text == null) {
      throw new IllegalStateException(RESOURCE + " has no section " + code.id());
    }
    return text;
  }

  private static Map<String, String> read() {
    try (InputStream stream = Explanations.class.getResourceAsStream(RESOURCE)) {
      if (stream == null) {
        throw new IllegalStateException(RESOURCE + " is missing");
      }
      Map<String, String> sections = new LinkedHashMap<>();
      String text = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
      for (String section : text.split("(?m)^## ")) {
        int lineEnd = section.indexOf('\n');
        if (lineEnd > 0) {
          sections.put(section.substring(0, lineEnd).strip(), section.substring(lineEnd).strip());
        }
      }
      return sections;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
