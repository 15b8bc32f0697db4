// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import java.util.List;
import java.util.stream.Collectors;

/** Colors messages, where that is wanted. */
record Colors(boolean on) {

  private static final String RED = "\u001b[1;31m";
  private static final String YELLOW = "\u001b[1;33m";
  private static final String BLUE = "\u001b[1;34m";
  private static final String BOLD = "\u001b[1m";
  private static final String OFF = "\u001b[0m";

  /** Whether {@code --color}, the environment and the terminal ask for colors. */
  static boolean wanted(List<String> arguments) {
    String choice = "auto";
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      if (argument.startsWith("--color=")) {
        choice = argument.substring("--color=".length());
      } else if (argument.equals("--color") && i + 1 < arguments.size()) {
        choice = arguments.get(i + 1);
      }
    }
    return switch (choice) {
      case "always" -> true;
      case "never" -> false;
      default -> {
        String refused = System.getenv("NO_COLOR");
        yield (refused == null || refused.isEmpty()) && Terminal.isTerminal(Terminal.STDERR);
      }
    };
  }

  /** A rendered diagnostic with its parts set off from each other. */
  String diagnostic(String text) {
    return on ? text.lines().map(Colors::line).collect(Collectors.joining("\n", "", "\n")) : text;
  }

  private static String line(String line) {
    String stripped = line.strip();
    int colon = line.indexOf(':');
    if ((line.startsWith("error") || line.startsWith("warning")) && colon > 0) {
      return (line.startsWith("error") ? RED : YELLOW)
          + line.substring(0, colon)
          + OFF
          + BOLD
          + line.substring(colon)
          + OFF;
    }
    int bar = line.indexOf('|');
    if (bar >= 0 && line.substring(0, bar).matches("[ \\d]*")) {
      String rest = line.substring(bar + 1);
      boolean isCarets = rest.strip().startsWith("^");
      return BLUE + line.substring(0, bar + 1) + OFF + (isCarets ? RED + rest + OFF : rest);
    }
    if (stripped.startsWith("-->")) {
      return line.replaceFirst("-->", BLUE + "-->" + OFF);
    }
    if (stripped.startsWith("= help:")) {
      return line.replaceFirst("= help:", BOLD + "= help:" + OFF);
    }
    return line;
  }
}
