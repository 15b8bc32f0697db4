// SPDX-License-Identifier: Apache-2.0
package dlc.testkit;

import java.nio.file.Path;
import java.util.List;

/** Runs the command of a golden file and returns all that it prints. */
@FunctionalInterface
public interface Tool {

  /**
   * Runs {@code command} on {@code input}.
   *
   * @param command the words after {@code dlc} in the RUN line
   * @param input the whole file up to the expected output, the RUN line included, so that line
   *     numbers in messages are those of the file
   * @param file where the input stands
   */
  String run(List<String> command, String input, Path file) throws Exception;
}
