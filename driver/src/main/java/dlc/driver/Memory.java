// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import dlc.base.Code;
import dlc.base.UserError;
import dlc.runtime.file.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** The memory of this machine, which no model may exceed. */
public final class Memory {

  private static final Path TOTAL = Path.of("/proc/meminfo");
  private static final Path CONTAINER = Path.of("/sys/fs/cgroup/memory.max");

  private Memory() {}

  /** How many bytes this process may use at most, where the system says so. */
  public static OptionalLong ofMachine() {
    OptionalLong total = number(TOTAL, "MemTotal:", 1024);
    OptionalLong limit = number(CONTAINER, "", 1);
    if (total.isPresent() && limit.isPresent()) {
      return OptionalLong.of(Math.min(total.getAsLong(), limit.getAsLong()));
    }
    return total.isPresent() ? total : limit;
  }

  /** Complains when {@code what} needs more bytes than the machine has. */
  static void require(long bytes, String what) {
    OptionalLong available = ofMachine();
    if (available.isPresent() && bytes > available.getAsLong()) {
      throw new UserError(
              Code.OUT_OF_MEMORY,
              "%s needs %s of memory, this machine has %s"
                  .formatted(what, text(bytes), text(available.getAsLong())))
          .help("use a smaller batch (--batch) or a smaller model; dlc check shows what it takes");
    }
  }

  /** Bytes as people read them: {@code 12.3 MB}. */
  public static String text(long bytes) {
    if (bytes < 1000) {
      return bytes + " B";
    }
    double amount = bytes;
    String[] units = {"B", "kB", "MB", "GB", "TB"};
    int unit = 0;
    while (amount >= 999.95 && unit < units.length - 1) {
      amount /= 1000;
      unit++;
    }
    return Text.of("%.1f %s", amount, units[unit]);
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
