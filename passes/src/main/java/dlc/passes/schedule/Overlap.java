// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import java.util.List;
import java.util.Optional;

/**
 * Windows of neighbours along a loop of the result that share elements. Where they are folded side
 * by side these are read once.
 *
 * <pre>
 * y[d] = max over r < 3 of x[d + r]   =>   y[4 * q] … y[4 * q + 3] of 6 elements of x, not 12
 * </pre>
 *
 * @param loop the loop of the result
 * @param count how many neighbours are folded side by side
 */
record Overlap(LoopVar loop, int count) {

  /** More rows of three vectors each have no registers. */
  private static final int MOST = 4;

  /** The overlap of windows of {@code nest} along another loop than {@code lanes}, if there is. */
  static Optional<Overlap> of(PlainNest nest, LoopVar lanes) {
    List<Access> accesses = Access.of(nest.step());
    for (LoopVar loop : nest.loops().reversed()) {
      int count = MOST;
      while (loop.extent() % count != 0) {
        count--;
      }
      if (!loop.equals(lanes)
          && count > 1
          && accesses.stream().anyMatch(access -> overlaps(access, loop, nest.reduced()))) {
        return Optional.of(new Overlap(loop, count));
      }
    }
    return Optional.empty();
  }

  private static boolean overlaps(Access access, LoopVar loop, List<LoopVar> reduced) {
    for (Index at : access.at()) {
      int step = at.isIrregularIn(loop) ? 0 : at.stride(loop);
      for (LoopVar window : reduced) {
        int grain = at.isIrregularIn(window) ? 0 : Math.abs(at.stride(window));
        if (step > 0 && grain > 0 && step % grain == 0 && step <= grain * (window.extent() - 1)) {
          return true;
        }
      }
    }
    return false;
  }

  /** The loop over the groups of neighbours. */
  LoopVar groups() {
    return new LoopVar(loop.name() + "b", loop.extent() / count);
  }

  /** The loop over the neighbours of a group. */
  LoopVar neighbours() {
    return new LoopVar("u", count);
  }

  /** Where in {@link #loop} a neighbour is. */
  Index place() {
    return groups().index().times(count).plus(neighbours().index());
  }
}
