// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

import dlc.runtime.ModelState;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A model's state in the memory of this process, where compiled code works on it directly. */
final class HostState implements ModelState {

  private static final long ALIGNMENT = 64;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment memory;

  HostState(long bytes) {
    this.memory = arena.allocate(Math.max(ALIGNMENT, bytes), ALIGNMENT);
  }

  /** All of it. */
  MemorySegment memory() {
    return memory;
  }

  @Override
  public MemorySegment at(long offset, long bytes) {
    return memory.asSlice(offset, bytes);
  }

  @Override
  public void close() {
    arena.close();
  }
}
