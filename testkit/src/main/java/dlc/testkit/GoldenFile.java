// SPDX-License-Identifier: Apache-2.0
package dlc.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A command, what it reads, and what it must print.
 *
 * <pre>
 * // RUN: dlc opt --passes=fold-transposes
 * the input
 *
 * //| the expected output
 * </pre>
 *
 * @param command the words after {@code dlc}
 * @param input the file without its last lines, the expected output
 * @param expected the output, each line ended, without the {@code //|} in front
 */
record GoldenFile(List<String> command, String input, String expected) {

  private static final String RUN = "// RUN: dlc ";
  private static final String MARK = "//|";

  static GoldenFile read(Path file) throws IOException {
    List<String> lines = Files.readString(file).stripTrailing().lines().toList();
    if (lines.isEmpty() || !lines.getFirst().startsWith(RUN)) {
      throw new AssertionError(file + " must begin with '" + RUN + "COMMAND'");
    }
    int start = lines.size();
    while (lines.get(start - 1).startsWith(MARK)) {
      start--;
    }
    List<String> input = lines.subList(0, start);
    if (input.stream().anyMatch(line -> line.startsWith(MARK))) {
      throw new AssertionError(file + " has '" + MARK + "' lines that are not at its end");
    }
    String command = input.getFirst().substring(RUN.length()).strip();
    return new GoldenFile(
        List.of(command.split("\\s+", -1)),
        ended(input),
        ended(lines.subList(start, lines.size()).stream().map(GoldenFile::unmarked).toList()));
  }

  /** The whole text of the file, with {@code output} as what it expects. */
  String with(String output) {
    String head = input.stripTrailing() + "\n";
    return output.isEmpty()
        ? head
        : head + "\n" + ended(output.lines().map(GoldenFile::marked).toList());
  }

  private static String marked(String line) {
    return line.isEmpty() ? MARK : MARK + " " + line;
  }

  private static String unmarked(String line) {
    return line.startsWith(MARK + " ") ? line.substring(4) : line.substring(3);
  }

  private static String ended(List<String> lines) {
    return lines.stream().map(line -> line + "\n").collect(Collectors.joining());
  }
}
