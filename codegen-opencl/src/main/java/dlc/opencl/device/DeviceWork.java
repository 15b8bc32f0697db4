// SPDX-License-Identifier: Apache-2.0
package dlc.opencl.device;

import dlc.ir.DType;
import dlc.ir.NarrowFloats;
import dlc.ir.kernel.KernelProgram;
import dlc.ir.kernel.KernelProgram.Slot;
import dlc.ir.op.Leaf;
import dlc.opencl.MemoryLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
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
    for (int i = 0; i < program.constants().size(); i++) {
      bring(program.constants().get(i), layout.constant(i));
    }
  }

  private void bring(Leaf.Constant constant, long offset) {
    try (Arena once = Arena.ofConfined()) {
      MemorySegment elements = once.allocate(constant.type().bytes(), ALIGNMENT);
      DType type = constant.type().dtype();
      int i = 0;
      for (double element : constant.elements()) {
        write(elements, type, i++, element);
      }
      queue.await(queue.upload(memory, offset, elements));
    }
  }

  private static void write(MemorySegment to, DType type, int i, double element) {
    switch (type) {
      case F32 -> to.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) element);
      case F64 -> to.setAtIndex(ValueLayout.JAVA_DOUBLE, i, element);
      case BF16, F16 -> to.setAtIndex(ValueLayout.JAVA_SHORT, i, NarrowFloats.bits(type, element));
      case I32 -> to.setAtIndex(ValueLayout.JAVA_INT, i, (int) element);
      case U8 -> to.set(ValueLayout.JAVA_BYTE, i, (byte) (int) element);
      case BOOL -> to.set(ValueLayout.JAVA_BYTE, i, (byte) (element != 0 ? 1 : 0));
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
