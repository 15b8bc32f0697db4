// SPDX-License-Identifier: Apache-2.0
package dlc.lsp;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** A sentence about each setting and source, from {@code settings.txt}. */
final class SettingDocs {

  private static final Map<String, String> DOCS = read();

  private SettingDocs() {}

  static Optional<String> of(String name) {
    return Optional.ofNullable(DOCS.get(name));
  }

  private static Map<String, String> read() {
    Map<String, String> docs = new LinkedHashMap<>();
    try (InputStream stream = SettingDocs.class.getResourceAsStream("/dlc/lsp/settings.txt")) {
      if (stream == null) {
        throw new IllegalStateException("settings.txt is missing");
      }
      String text = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
      text.lines()
          .filter(line -> line.contains(": "))
          .forEach(
              line ->
                  docs.put(
                      line.substring(0, line.indexOf(": ")),
                      line.substring(line.indexOf(": ") + 2)));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    return docs;
  }
}
