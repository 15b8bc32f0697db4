// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * How long a line of memory takes from one processor to another: on virtual machines, whose
 * processors are moved about, now ten times as long as an hour before. Two threads cannot share out
 * a step that takes little longer.
 */
final class Distance {

  /** The threads are on one processor at first; the system parts them after some milliseconds. */
  private static final int ROUNDS = 50;

  private static final int PASSES = 2000;

  /** The place is in the middle, so that nothing else is in its line. */
  private final AtomicIntegerArray line = new AtomicIntegerArray(64);

  private static final int PLACE = 32;

  private Distance() {}

  /** Nanoseconds, of the best of some rounds. */
  static double nanos() {
    Distance distance = new Distance();
    Thread other = Thread.ofPlatform().daemon().start(() -> distance.pass(1));
    long best = distance.pass(0);
    try {
      other.join();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    return (double) best / PASSES;
  }

  /** Waits for its own turns, the even or the odd ones, and gives the nanoseconds of a round. */
  private long pass(int first) {
    long best = Long.MAX_VALUE;
    int turn = first;
    for (int round = 0; round < ROUNDS; round++) {
      long start = System.nanoTime();
      for (int i = 0; i < PASSES; i += 2, turn += 2) {
        while (line.getAcquire(PLACE) != turn) {
          Thread.onSpinWait();
        }
        line.setRelease(PLACE, turn + 1);
      }
      best = Math.min(best, System.nanoTime() - start);
    }
    return best;
  }
}
