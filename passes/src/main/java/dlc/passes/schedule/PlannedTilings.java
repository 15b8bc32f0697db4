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
  private final Map<Question, List<Tiling>> answers = new HashMap<>();

  PlannedTilings(Target processor) {
    this.processor = processor;
  }

  /** As {@link PlanTiling#plan}. */
  List<Tiling> plan(PlainNest nest, List<StagedOperand> operands, Index target, int lanes) {
    return answers.computeIfAbsent(
        new Question(nest, operands, target, lanes),
        _ -> List.copyOf(PlanTiling.plan(nest, operands, target, lanes, processor)));
  }
}
