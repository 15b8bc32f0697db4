// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

import dlc.base.Code;
import dlc.base.Reason;
import dlc.base.UserError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * The file in which {@code perf} looks up code that no file on disk holds: a line for each
 * function, with its address, its length, both in hexadecimal, and its name.
 */
final class PerfMap {

  private final Path path;

  PerfMap(Path path) {
    this.path = path;
  }

  /**
   * Enters the functions of a module.
   *
   * @param addresses where a global function of it lies; the others follow from one
   */
  void add(List<ElfFunction> functions, ToLongFunction<String> addresses) {
    StringBuilder lines = new StringBuilder();
    for (ElfFunction function : functions) {
      functions.stream()
          .filter(other -> other.isGlobal() && other.section() == function.section())
          .findFirst()
          .ifPresent(
              other ->
                  lines.append(
                      "%x %x %s\n"
                          .formatted(
                              addresses.applyAsLong(other.name())
                                  - other.offset()
                                  + function.offset(),
                              function.bytes(),
                              function.name())));
    }
    try {
      Files.writeString(
          path,
          lines,
          StandardCharsets.UTF_8,
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException failure) {
      throw new UserError(Code.CANNOT_WRITE, path, Reason.of(failure))
          .help("leave the map for perf out");
    }
  }
}
