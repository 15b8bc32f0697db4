// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** How much memory there is. */
public final class MachineMemory {

  private static final Path TOTAL = Path.of("/proc/meminfo");
  private static final Path CONTAINER = Path.of("/sys/fs/cgroup/memory.max");

  private MachineMemory() {}

  /** How many bytes this process may use at most, where the system says so. */
  public static OptionalLong bytes() {
    OptionalLong total = number(TOTAL, "MemTotal:", 1024);
    OptionalLong limit = number(CONTAINER, "", 1);
    if (total.isPresent() && limit.isPresent()) {
      return OptionalLong.of(Math.min(total.getAsLong(), limit.getAsLong()));
    }
    return total.isPresent() ? total : limit;
  }

  private static OptionalLong number(Path file, String start, long unit) {
    try {
      for (String line : Files.readAllLines(file)) {
        if (line.startsWith(start)) {
          String digits = line.replaceAll("\\D", "");
          return digits.isEmpty()
              ? OptionalLong.empty()
              : OptionalLong.of(Math.multiplyExact(Long.parseLong(digits), unit));
        }
      }
    } catch (IOException | ArithmeticException | NumberFormatException _) {
      // Another system, or no limit.
    }
    return OptionalLong.empty();
  }
}
