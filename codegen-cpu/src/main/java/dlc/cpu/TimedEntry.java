// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dlc.ir.kernel.KernelProgram.Entry;
import dlc.runtime.KernelClock;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;

/** An entry point that stamps the time around each kernel, and tells a clock of it. */
final class TimedEntry {

  private static final long NANOSECONDS = 1_000_000_000;

  private final Entry entry;
  private final KernelClock clock;
  private final MemorySegment stamps;

  /** Stamps are written to memory of {@code arena}. */
  TimedEntry(Entry entry, Arena arena, KernelClock clock) {
    this.entry = entry;
    this.clock = clock;
    long bytes = (long) ModuleText.STAMP_BYTES * (entry.calls().size() + 1);
    this.stamps = arena.allocate(bytes, ModuleText.STAMP_BYTES);
  }

  /** The function called {@code name} as one of state and work, which reports when it has run. */
  MethodHandle function(Jit.Unit code, String name) {
    MethodHandle timed =
        MethodHandles.insertArguments(
            code.function(name, FunctionDescriptor.ofVoid(ADDRESS, ADDRESS, ADDRESS)), 2, stamps);
    try {
      MethodHandle report =
          MethodHandles.lookup()
              .findVirtual(TimedEntry.class, "report", MethodType.methodType(void.class))
              .bindTo(this);
      return MethodHandles.foldArguments(
          MethodHandles.dropArguments(report, 0, MemorySegment.class, MemorySegment.class), timed);
    } catch (ReflectiveOperationException failure) {
      throw new IllegalStateException(failure);
    }
  }

  @SuppressWarnings("UnusedMethod") // the handle above calls it
  private void report() {
    List<Long> times = new ArrayList<>();
    for (int i = 0; i <= entry.calls().size(); i++) {
      times.add(
          stamps.getAtIndex(JAVA_LONG, 2L * i) * NANOSECONDS
              + stamps.getAtIndex(JAVA_LONG, 2L * i + 1));
    }
    clock.ran(entry, times);
  }
}
