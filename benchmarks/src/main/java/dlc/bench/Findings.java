// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Lines of text that are shown as they come, and may be kept. */
final class Findings {

  private final List<String> lines = new ArrayList<>();

  void say(String format, Object... arguments) {
    String line = String.format(Locale.ROOT, format, arguments);
    lines.add(line);
    System.out.println(line);
  }

  /** Writes them to a file in {@code folder} whose name says when, where and {@code what}. */
  void save(Path folder, String what) throws IOException {
    String name = (LocalDate.now() + " " + Machine.cpu() + " " + what).replaceAll("[^\\w-]+", "-");
    Path file = folder.resolve(name.toLowerCase(Locale.ROOT) + ".md");
    Files.createDirectories(folder);
    Files.writeString(file, String.join("\n", lines) + "\n");
    System.out.println("\nwritten to " + file);
  }
}
