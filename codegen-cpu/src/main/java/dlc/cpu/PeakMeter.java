// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dlc.ir.kernel.Target;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Measures the {@link Peak} of this processor, on the threads of a pool. */
final class PeakMeter {

  /** More than any cache holds. */
  private static final long READ_BYTES = 256L << 20;

  /** The best of so many runs counts: others were disturbed. */
  private static final int RUNS = 20;

  private final Jit.Unit code;
  private final MethodHandle parallel;
  private final int threads;

  /**
   * Measures with the pool of {@code pool}.
   *
   * @param threads how many the pool has, the caller's among them
   */
  PeakMeter(Jit.Unit code, Jit.Unit pool, int threads) {
    this.code = code;
    this.threads = threads;
    this.parallel =
        pool.function(
            "dlc_parallel", FunctionDescriptor.ofVoid(ADDRESS, ADDRESS, ADDRESS, JAVA_LONG));
  }

  Peak measure(Target target) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = LargeMemory.allocate(arena, READ_BYTES);
      MemorySegment results = arena.allocate(64, 64);
      memory.fill((byte) 0);
      for (int i = 0; i < 32; i++) {
        memory.setAtIndex(JAVA_FLOAT, i, 0.5f);
      }
      double computing = best(Peak.COMPUTE, memory, results, threads);
      double reading = best(Peak.READ, memory, results, READ_BYTES / Peak.PIECE);
      double cached = best(Peak.READ_CACHED, memory, results, READ_BYTES / Peak.PIECE);
      return new Peak(
          threads * (double) Peak.operations(target) / computing,
          READ_BYTES / reading,
          READ_BYTES / cached);
    }
  }

  /** The seconds of the fastest run. */
  private double best(String function, MemorySegment state, MemorySegment work, long count) {
    MemorySegment address = code.address(function);
    double best = Double.POSITIVE_INFINITY;
    for (int i = 0; i < RUNS; i++) {
      long start = System.nanoTime();
      run(address, state, work, count);
      best = Math.min(best, (System.nanoTime() - start) * 1e-9);
    }
    return best;
  }

  private void run(MemorySegment address, MemorySegment state, MemorySegment work, long count) {
    try {
      parallel.invokeExact(address, state, work, count);
    } catch (Throwable failure) {
      throw new IllegalStateException("the peak cannot be measured", failure);
    }
  }
}
