// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

import dlc.runtime.ModelState;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;

/** A model's state in the memory of this process, where compiled code works on it directly. */
final class HostState implements ModelState {

  private static final long ALIGNMENT = 64;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment memory;
  private final AtomicLong changes = new AtomicLong();

  HostState(long bytes) {
    this.memory = arena.allocate(Math.max(ALIGNMENT, bytes), ALIGNMENT);
  }

  /** All of it. */
  MemorySegment memory() {
    return memory;
  }

  /** How often it may have been changed: by those that {@link #change} it or have asked for it. */
  long changes() {
    return changes.get();
  }

  void change() {
    changes.incrementAndGet();
  }

  @Override
  public MemorySegment at(long offset, long bytes) {
    change();
    return memory.asSlice(offset, bytes);
  }

  @Override
  public void close() {
    arena.close();
  }
}
