// SPDX-License-Identifier: Apache-2.0
package dlc.opencl.device;

import dlc.ir.kernel.KernelProgram;
import dlc.ir.kernel.KernelProgram.Slot;
import dlc.opencl.MemoryLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import org.jocl.cl_mem;

/**
 * The work memory of a program on a device, and copies of its inputs and results on the host.
 *
 * <p>The program's constants lie behind what its kernels write, and are brought there once.
 */
final class DeviceWork implements AutoCloseable {

  private static final long ALIGNMENT = 64;

  private final DeviceQueue queue;
  private final Arena arena = Arena.ofShared();
  private final Map<Slot, MemorySegment> copies = new HashMap<>();
  private final long bytes;
  private final cl_mem memory;

  DeviceWork(KernelProgram program, DeviceQueue queue) {
    this.queue = queue;
    MemoryLayout layout = new MemoryLayout(program);
    this.bytes = layout.workBytes();
    this.memory = queue.allocate(bytes, "a step of " + program.name());
    bring(layout.constantBytes(), layout.constantsAt());
  }

  private void bring(byte[] constants, long offset) {
    if (constants.length == 0) {
      return;
    }
    try (Arena once = Arena.ofConfined()) {
      MemorySegment bytes = once.allocate(constants.length, ALIGNMENT);
      bytes.copyFrom(MemorySegment.ofArray(constants));
      queue.upload(memory, offset, bytes);
    }
  }

  cl_mem memory() {
    return memory;
  }

  /** The copy on the host of a slot, which stays the same. */
  MemorySegment copy(Slot slot) {
    return copies.computeIfAbsent(slot, _ -> arena.allocate(slot.type().bytes(), ALIGNMENT));
  }

  @Override
  public void close() {
    queue.free(memory, bytes);
    arena.close();
  }
}
