// SPDX-License-Identifier: Apache-2.0
package dlc.opencl.device;

import dlc.ir.kernel.KernelProgram.Entry;
import dlc.ir.kernel.KernelProgram.Region;
import dlc.ir.kernel.KernelProgram.Slot;
import dlc.opencl.device.Transfers.Upload;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The inputs of an entry point on their way to the device.
 *
 * <p>They lie side by side and go in one piece. There are two such pieces in turn, so that the next
 * inputs can be written while those before are still under way.
 */
final class InputBlock implements AutoCloseable {

  private static final long ALIGNMENT = 64;

  private final DeviceWork work;
  private final DeviceQueue queue;
  private final List<Slot> slots;
  private final long start;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment[] pieces = new MemorySegment[2];
  private final @Nullable Upload[] underWay = new Upload[2];
  private int turn;

  InputBlock(Entry entry, DeviceWork work, DeviceQueue queue) {
    this.work = work;
    this.queue = queue;
    this.slots =
        entry.inputs().values().stream()
            .filter(slot -> slot.place().region() == Region.WORK)
            .toList();
    this.start = slots.stream().mapToLong(slot -> slot.place().offset()).min().orElse(0);
    long end =
        slots.stream()
            .mapToLong(slot -> slot.place().offset() + slot.type().bytes())
            .max()
            .orElse(start);
    if (end > start) {
      pieces[0] = arena.allocate(end - start, ALIGNMENT);
      pieces[1] = arena.allocate(end - start, ALIGNMENT);
    }
  }

  /** Starts bringing what the slots hold now to the device. */
  void upload() {
    if (slots.isEmpty()) {
      return;
    }
    turn = 1 - turn;
    Upload before = underWay[turn];
    if (before != null) {
      queue.await(before);
    }
    for (Slot slot : slots) {
      MemorySegment.copy(
          work.copy(slot), 0, pieces[turn], slot.place().offset() - start, slot.type().bytes());
    }
    underWay[turn] = queue.upload(work.memory(), start, pieces[turn]);
  }

  @Override
  public void close() {
    for (Upload each : underWay) {
      if (each != null) {
        queue.await(each);
      }
    }
    arena.close();
  }
}
