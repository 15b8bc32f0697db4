// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.Console;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What the process is connected to. */
final class Terminal {

  static final int STDERR = 2;

  private static final int USUAL_WIDTH = 80;
  private static final int LEAST_WIDTH = 40;
  private static final int MOST_WIDTH = 200;

  /** Linux's TIOCGWINSZ, which gives rows, columns and two sizes in pixels. */
  private static final long GET_WINDOW_SIZE = 0x5413;

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

  /** How many characters a line of standard error holds. */
  static int width() {
    int columns = columns();
    return columns == 0 ? USUAL_WIDTH : Math.clamp(columns, LEAST_WIDTH, MOST_WIDTH);
  }

  /** What the system says of the terminal, or 0. */
  private static int columns() {
    Linker linker = Linker.nativeLinker();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment size = arena.allocate(4 * Short.BYTES);
      MethodHandle ioctl =
          linker.downcallHandle(
              linker.defaultLookup().findOrThrow("ioctl"),
              FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS),
              Linker.Option.firstVariadicArg(2));
      int failed = (int) ioctl.invokeExact(STDERR, GET_WINDOW_SIZE, size);
      return failed == 0 ? Short.toUnsignedInt(size.getAtIndex(JAVA_SHORT, 1)) : 0;
    } catch (Throwable _) {
      return 0; // another system
    }
  }
}
