// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import dlc.ir.scalar.LoopVar;
import dlc.passes.schedule.Staging.Shape;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Copies of operands in which each tile finds what it reads in a row.
 *
 * <pre>
 * b[r, 32 * p + l]   =>   s[p, r, l]      // s is b in panels of 32 columns
 * </pre>
 *
 * <p>They pay where rows are far apart, so that processors do not foresee what is read next, or so
 * far that all rows meet in a few places of the caches; and where there is enough to compute with
 * each element.
 */
final class Panels {

  /** Rows that are so far apart are not foreseen. */
  private static final int FAR_APART = 256;

  /** So few rows are at hand soon. */
  private static final int FEW = 48;

  private static final double NOT_FORESEEN = 2;
  private static final double MEETS = 6;

  /** Rows of a few lines each, some way apart, have not all places of the first cache. */
  private static final double LINES_APART = 1.3;

  /** Copying an element within the second cache, and from beyond it. */
  private static final double COPY_NEAR = 0.8;

  private static final double COPY_FAR = 2;

  private Panels() {}

  /** Which operands may be copied, all ways; {@code columns} is a further loop of the wide one. */
  static List<List<Integer>> choices(
      List<StagedOperand> operands,
      int wide,
      Axis across,
      @Nullable Axis down,
      @Nullable LoopVar columns) {
    List<List<Integer>> choices = new ArrayList<>();
    choices.add(List.of());
    boolean x = columns == null && fits(operands.get(wide), across);
    boolean y = down != null && fits(operands.get(1 - wide), down);
    if (x) {
      choices.add(List.of(wide));
    }
    if (y) {
      choices.add(List.of(1 - wide));
    }
    if (x && y) {
      choices.add(List.of(wide, 1 - wide));
    }
    return choices;
  }

  private static boolean fits(StagedOperand operand, Axis axis) {
    int along = operand.contiguousAxis(axis.loop());
    // What reads beside its own element, as a convolution does, would read beside its panel.
    return along >= 0
        && operand.drivers().get(along).terms().size() == 1
        && (operand.isStageable() || operand.isReady())
        && axis.units() > axis.size()
        && (axis.width() > 1 || along == operand.drivers().size() - 1);
  }

  /** The shape of the copy of {@code operand} in panels of the blocks of {@code axis}. */
  static Shape shape(StagedOperand operand, Axis axis) {
    int size = axis.size() * axis.width();
    int extent = axis.loop().extent();
    int padding = Math.ceilDiv(extent, size) * size - extent;
    return Shape.of(operand, operand.contiguousAxis(axis.loop()), padding, size);
  }

  /** What the copy costs, unless one is made anyway. */
  static double cost(StagedOperand operand, @Nullable LoopVar lane) {
    boolean ready = lane == null ? operand.isReady() : operand.isReadyAlong(lane);
    long elements = operand.stagedElements();
    double copy = elements <= Caches.SECOND ? COPY_NEAR : COPY_FAR;
    return ready ? elements * copy / operand.readers() : 0;
  }

  /**
   * How much longer reading a tile of {@code operand} takes than reading as much in a row. {@code
   * lane} is what it is read along in vectors, if it is.
   */
  static double unevenness(
      StagedOperand operand, boolean inPanels, List<LoopVar> reduced, @Nullable LoopVar lane) {
    if (inPanels) {
      return 1;
    }
    LoopVar last = innermost(operand, reduced);
    if (last == null) {
      return 1;
    }
    long step = step(operand, last, lane);
    if (last.extent() < FEW) {
      return step < FEW ? 1 : LINES_APART;
    }
    if (step == 1) {
      // Rows of a tile that lie along the sum are read in turns.
      return operand.rowsMeet(Caches.MEETING) ? MEETS / 2 : 1;
    }
    return step % Caches.MEETING == 0 ? MEETS : step >= FAR_APART ? NOT_FORESEEN : 1;
  }

  /**
   * How many rows of a tile of {@code operand} can stay in the first cache, as far as the places
   * are concerned in which they meet.
   */
  static long staying(
      StagedOperand operand, boolean inPanels, List<LoopVar> reduced, @Nullable LoopVar lane) {
    LoopVar last = innermost(operand, reduced);
    if (inPanels || last == null) {
      return Long.MAX_VALUE;
    }
    long step = step(operand, last, lane);
    if (step < FEW) {
      return Long.MAX_VALUE;
    }
    return Caches.MEETING / Math.min(Caches.MEETING, Long.lowestOneBit(step)) * Caches.WAYS;
  }

  /**
   * How many rows a sum reads at even distances. Those of copies are set apart now and then, if
   * they do not lie along {@code lane}.
   */
  static long rows(StagedOperand operand, List<LoopVar> reduced, @Nullable LoopVar lane) {
    List<LoopVar> used = reduced.stream().filter(operand::uses).toList();
    boolean copied = !(lane == null ? operand.isReady() : operand.isReadyAlong(lane));
    if (copied && lane != null) {
      return PlainNest.product(used);
    }
    long rows = used.isEmpty() ? 1 : used.getLast().extent();
    for (int i = used.size() - 2; i >= 0 && !copied; i--) {
      LoopVar loop = used.get(i);
      LoopVar next = used.get(i + 1);
      if (operand.step(loop) != operand.step(next) * next.extent()) {
        break;
      }
      rows *= loop.extent();
    }
    return rows;
  }

  private static @Nullable LoopVar innermost(StagedOperand operand, List<LoopVar> reduced) {
    return reduced.stream().filter(operand::uses).reduce((_, last) -> last).orElse(null);
  }

  /** How far apart turns of {@code loop} read; a copy has the lanes in its rows. */
  private static long step(StagedOperand operand, LoopVar loop, @Nullable LoopVar lane) {
    return lane == null || operand.isReadyAlong(lane) ? operand.step(loop) : lane.extent();
  }
}
