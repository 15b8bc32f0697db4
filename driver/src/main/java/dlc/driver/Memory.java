// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import dlc.base.Code;
import dlc.base.UserError;
import dlc.runtime.file.MachineMemory;
import dlc.runtime.file.Text;
import java.util.OptionalLong;

/** The memory of this machine, which no model may exceed. */
public final class Memory {

  private Memory() {}

  /** How many bytes this process may use at most, where the system says so. */
  public static OptionalLong ofMachine() {
    return MachineMemory.bytes();
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
}
