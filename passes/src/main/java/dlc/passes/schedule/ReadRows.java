// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import dlc.ir.scalar.LoopVar;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the rows lie that the operands of a contraction are read in, of which hundreds of tilings ask
 * the same few questions.
 */
final class ReadRows {

  /**
   * How an operand is read.
   *
   * @param isCopied whether from a copy in panels
   * @param lane what it is read along in vectors, if it is
   */
  private record Reading(int operand, boolean isCopied, @Nullable LoopVar lane) {}

  /** What {@link Walk.Side} wants to know. */
  record Rows(double unevenness, long count, long staying) {}

  private final List<StagedOperand> operands;
  private final List<LoopVar> reduced;
  private final Map<Reading, Rows> known = new HashMap<>();

  ReadRows(List<StagedOperand> operands, List<LoopVar> reduced) {
    this.operands = operands;
    this.reduced = reduced;
  }

  /** The rows of operand {@code number}, which may be in {@code panels} and read along a lane. */
  Rows of(int number, List<Integer> panels, @Nullable LoopVar lane) {
    return known.computeIfAbsent(new Reading(number, panels.contains(number), lane), this::look);
  }

  private Rows look(Reading reading) {
    StagedOperand operand = operands.get(reading.operand);
    return new Rows(
        Panels.unevenness(operand, reading.isCopied, reduced, reading.lane),
        Panels.rows(operand, reduced, reading.lane),
        Panels.staying(operand, reading.isCopied, reduced, reading.lane));
  }
}
