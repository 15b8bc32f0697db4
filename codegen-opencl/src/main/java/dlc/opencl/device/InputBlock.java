// SPDX-License-Identifier: Apache-2.0
package dlc.opencl.device;

import dlc.ir.kernel.KernelProgram.Entry;
import dlc.ir.kernel.KernelProgram.Region;
import dlc.ir.kernel.KernelProgram.Slot;
import dlc.opencl.device.Transfers.Transfer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jocl.cl_mem;
import org.jspecify.annotations.Nullable;

/**
 * The inputs of an entry point on their way to the device.
 *
 * <p>They lie side by side and go in one piece to memory of their own, while the device may still
 * be at the run before, and from there in no time to where the program takes them. Of both pieces
 * there are two, in turn.
 */
final class InputBlock implements AutoCloseable {

  private static final long ALIGNMENT = 64;

  /** One of the pieces, and what was done with it last. */
  private static final class Piece {
    private final MemorySegment host;
    private final cl_mem device;
    private @Nullable Transfer brought;
    private @Nullable Transfer taken;

    Piece(MemorySegment host, cl_mem device) {
      this.host = host;
      this.device = device;
    }
  }

  private final DeviceWork work;
  private final DeviceQueue queue;
  private final List<Slot> slots;
  private final long start;
  private final long bytes;
  private final Arena arena = Arena.ofShared();
  private final List<Piece> pieces = new ArrayList<>();
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
    this.bytes = end - start;
    for (int i = 0; bytes > 0 && i < 2; i++) {
      cl_mem device = queue.reserve(bytes, "the inputs of " + entry.name());
      pieces.add(new Piece(arena.allocate(bytes, ALIGNMENT), device));
    }
  }

  /** Starts bringing what the slots hold now to the device. */
  void upload() {
    if (pieces.isEmpty()) {
      return;
    }
    turn = 1 - turn;
    Piece piece = pieces.get(turn);
    if (piece.brought != null) {
      queue.await(piece.brought);
    }
    for (Slot slot : slots) {
      MemorySegment.copy(
          work.copy(slot), 0, piece.host, slot.place().offset() - start, slot.type().bytes());
    }
    Transfer brought = queue.uploadBeside(piece.device, piece.host, piece.taken);
    Transfer taken = queue.move(piece.device, work.memory(), start, bytes, brought);
    forget(piece);
    piece.brought = brought;
    piece.taken = taken;
  }

  private void forget(Piece piece) {
    queue.release(piece.brought);
    queue.release(piece.taken);
  }

  @Override
  public void close() {
    for (Piece piece : pieces) {
      if (piece.taken != null) {
        queue.await(piece.taken);
      }
      forget(piece);
      queue.free(piece.device, bytes);
    }
    arena.close();
  }
}
