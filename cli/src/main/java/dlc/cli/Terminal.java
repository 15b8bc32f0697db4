// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What the process is connected to. */
final class Terminal {

  static final int STDERR = 2;

  private static final int USUAL_WIDTH = 80;

  private Terminal() {}

  /** Whether the stream of that number goes to a terminal. */
  static boolean isTerminal(int stream) {
    Path link = Path.of("/proc/self/fd/" + stream);
    try {
      if (Files.isSymbolicLink(link)) {
        String target = Files.readSymbolicLink(link).toString();
        return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
      }
    } catch (IOException _) {
      return false;
    }
    return Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
  }

  /** How many characters a line holds. */
  static int width() {
    try {
      String columns = System.getenv("COLUMNS");
      return columns == null ? USUAL_WIDTH : Math.clamp(Integer.parseInt(columns), 40, 200);
    } catch (NumberFormatException _) {
      return USUAL_WIDTH;
    }
  }
}
