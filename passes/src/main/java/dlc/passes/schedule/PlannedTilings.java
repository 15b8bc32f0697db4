// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import dlc.ir.kernel.Target;
import dlc.ir.scalar.Index;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The tilings that were planned so far: networks repeat their layers, and planning takes long. */
final class PlannedTilings {

  private record Question(PlainNest nest, List<StagedOperand> operands, Index target, int lanes) {}

  private final Target processor;
  private final boolean bestAlone;
  private final Map<Question, List<Tiling>> answers = new HashMap<>();

  /**
   * @param choice takes one of them, or always the one that is estimated to be the best
   */
  PlannedTilings(Target processor, TilingChoice choice) {
    this.processor = processor;
    this.bestAlone = choice.equals(TilingChoice.ESTIMATED);
  }

  /** As {@link PlanTiling#plan}; where the best is always taken, others may be missing. */
  List<Tiling> plan(PlainNest nest, List<StagedOperand> operands, Index target, int lanes) {
    return answers.computeIfAbsent(
        new Question(nest, operands, target, lanes),
        _ -> List.copyOf(PlanTiling.plan(nest, operands, target, lanes, processor, bestAlone)));
  }
}
