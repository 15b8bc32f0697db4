// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.data;

import dlc.runtime.file.DataFile;
import dlc.runtime.file.MachineMemory;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.IntFunction;

/**
 * Rows that are decoded from files when they are wanted, or before that by {@link #prepare}, by any
 * number of threads.
 *
 * <p>Where all fit into memory each is decoded once and kept. Else a row that was prepared is kept
 * until it is wanted, and one that is wanted until the next one is.
 */
public final class DecodedRows {

  /** Memory for what is kept is taken piece by piece, as it fills. */
  private static final long BLOCK_BYTES = 1 << 22;

  private record Held(int row, MemorySegment bytes) {}

  private final int count;
  private final long rowBytes;
  private final boolean fits;
  private final IntFunction<byte[]> decoder;
  private final int rowsInBlock;
  private final AtomicReferenceArray<MemorySegment> blocks;
  private final AtomicIntegerArray kept;
  private final Map<Integer, FutureTask<byte[]>> ahead = new ConcurrentHashMap<>();
  private volatile Held held = new Held(-1, MemorySegment.NULL);

  /**
   * Rows that {@code decoder} makes.
   *
   * @param mostBytes how much memory they may take
   */
  public DecodedRows(int count, long rowBytes, long mostBytes, IntFunction<byte[]> decoder) {
    this.count = count;
    this.rowBytes = rowBytes;
    this.fits = count * rowBytes <= mostBytes;
    this.decoder = decoder;
    this.rowsInBlock = Math.clamp(BLOCK_BYTES / rowBytes, 1, count);
    this.blocks = new AtomicReferenceArray<>(Math.ceilDiv(count, rowsInBlock));
    this.kept = new AtomicIntegerArray(fits ? count : 0);
  }

  /** How many bytes of data are kept in memory: half of what there is. */
  static long mostKept() {
    return MachineMemory.bytes().orElse(Long.MAX_VALUE) / 2;
  }

  int count() {
    return count;
  }

  /** Whether each row is decoded once; else it is decoded whenever it is wanted. */
  boolean keepsAll() {
    return fits;
  }

  /** The bytes of row {@code row}, to be read only. */
  MemorySegment row(int row) {
    if (isKept(row)) {
      return place(row);
    }
    Held last = held;
    if (last.row == row) {
      return last.bytes;
    }
    Optional<FutureTask<byte[]>> task = task(row);
    if (task.isEmpty()) {
      return place(row);
    }
    MemorySegment bytes = MemorySegment.ofArray(result(task.get()));
    if (fits) {
      keep(row, bytes);
    }
    ahead.remove(row);
    held = new Held(row, bytes);
    return bytes;
  }

  /** Says that row {@code row}, which nobody has wanted yet, is to be prepared. */
  void claim(int row) {
    if (!isKept(row)) {
      Optional<FutureTask<byte[]>> _ = task(row);
    }
  }

  /** Decodes a claimed row, so that it is there when it is wanted, unless it has been wanted. */
  void prepare(int row) {
    FutureTask<byte[]> task = ahead.get(row);
    if (task != null) {
      byte[] bytes = result(task);
      if (fits) {
        keep(row, MemorySegment.ofArray(bytes));
        ahead.remove(row);
      }
    }
  }

  /** Forgets what was prepared and is not wanted any more. */
  void forgetPrepared() {
    ahead.clear();
  }

  /** The one task that decodes {@code row}, or nothing where that is done by now. */
  private Optional<FutureTask<byte[]>> task(int row) {
    FutureTask<byte[]> task =
        ahead.computeIfAbsent(row, _ -> new FutureTask<>(() -> decoder.apply(row)));
    if (isKept(row)) {
      ahead.remove(row, task);
      return Optional.empty();
    }
    return Optional.of(task);
  }

  /** Decodes a row, or waits for the thread that is at it. */
  private static byte[] result(FutureTask<byte[]> task) {
    task.run();
    boolean isInterrupted = false;
    try {
      while (true) {
        try {
          return task.get();
        } catch (InterruptedException _) {
          isInterrupted = true;
        } catch (ExecutionException failure) {
          if (failure.getCause() instanceof RuntimeException cause) {
            throw cause;
          }
          throw new IllegalStateException(failure);
        }
      }
    } finally {
      if (isInterrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private boolean isKept(int row) {
    return fits && kept.get(row) != 0;
  }

  private void keep(int row, MemorySegment bytes) {
    int block = row / rowsInBlock;
    if (blocks.get(block) == null) {
      allocate(block);
    }
    place(row).copyFrom(bytes);
    kept.set(row, 1);
  }

  /** To take memory and clear it can cost more than what it is taken for, so only one does it. */
  private void allocate(int block) {
    synchronized (blocks) {
      if (blocks.get(block) == null) {
        long rowsHere = Math.min(rowsInBlock, count - (long) block * rowsInBlock);
        blocks.set(block, DataFile.allocate(rowsHere * rowBytes, "the decoded data"));
      }
    }
  }

  private MemorySegment place(int row) {
    return blocks.get(row / rowsInBlock).asSlice(row % rowsInBlock * rowBytes, rowBytes);
  }
}
