// SPDX-License-Identifier: Apache-2.0
package dlc.opencl.device;

import dlc.ir.kernel.KernelProgram.Slot;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jocl.cl_mem;

/**
 * The results of the last runs of an entry point: the device copies them aside after each run, and
 * the host reads those that it has not seen all at once, when it is asked for one of them.
 */
final class KeptResults implements AutoCloseable {

  private static final long ALIGNMENT = 64;

  /** More would make those wait long who are told of all runs at once. */
  private static final int MOST_RUNS = 64;

  /** Outputs may be large; they must not take much of what the model needs. */
  private static final long MOST_BYTES = 16_000_000;

  private final DeviceWork work;
  private final DeviceQueue queue;
  private final List<Slot> slots;
  private final Arena arena = Arena.ofShared();
  private final int runs;
  private final long row;
  private final cl_mem memory;
  private final MemorySegment copy;
  private long kept;
  private long read;

  KeptResults(List<Slot> slots, DeviceWork work, DeviceQueue queue) {
    this.slots = List.copyOf(slots);
    this.work = work;
    this.queue = queue;
    this.row = slots.stream().mapToLong(KeptResults::room).sum();
    this.runs = Math.clamp(MOST_BYTES / row, 1, MOST_RUNS);
    this.memory = queue.reserve(row * runs, "keeping results");
    this.copy = arena.allocate(row * runs, ALIGNMENT);
  }

  private static long room(Slot slot) {
    return (slot.type().bytes() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  /** Keeps the results of the run just started; gives how many before it are still kept. */
  int keep() {
    long to = kept % runs * row;
    for (Slot slot : slots) {
      queue.copy(work.memory(), slot.place().offset(), memory, to, slot.type().bytes());
      to += room(slot);
    }
    kept++;
    queue.flush();
    return runs - 1;
  }

  /** Brings the results of the run that was kept {@code back} runs before the last to the host. */
  void recall(int back) {
    long run = kept - 1 - back;
    if (run < 0 || back >= runs) {
      throw new IllegalStateException("%d runs of %d were kept".formatted(back, kept));
    }
    if (run >= read) {
      readFrom(Math.max(read, kept - runs));
    }
    long from = run % runs * row;
    for (Slot slot : slots) {
      MemorySegment.copy(copy, from, work.copy(slot), 0, slot.type().bytes());
      from += room(slot);
    }
  }

  private void readFrom(long first) {
    for (long next = first; next < kept; ) {
      long place = next % runs;
      long count = Math.min(kept - next, runs - place);
      queue.download(memory, place * row, copy.asSlice(place * row, count * row));
      next += count;
    }
    read = kept;
  }

  @Override
  public void close() {
    queue.free(memory, row * runs);
    arena.close();
  }
}
