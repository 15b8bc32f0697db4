// SPDX-License-Identifier: Apache-2.0
package dlc.passes.lower;

import dlc.ir.Value;
import dlc.ir.kernel.Kernel;
import dlc.ir.op.Layout;
import dlc.ir.op.Leaf;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Lists what the kernel of a group computes: its members, and what is computed on the way. */
final class GroupParts {

  private final FusionPlan plan;
  private final FusionPlan.Group group;
  private final Set<Value> seen = new HashSet<>();
  private final List<Kernel.Part> parts = new ArrayList<>();

  private GroupParts(FusionPlan plan, FusionPlan.Group group) {
    this.plan = plan;
    this.group = group;
  }

  /** The parts in the order of computation; copies and views are not named. */
  static List<Kernel.Part> of(FusionPlan plan, FusionPlan.Group group) {
    GroupParts found = new GroupParts(plan, group);
    group.members().forEach(found::add);
    return found.parts;
  }

  private void add(Value value) {
    if (!seen.add(value)) {
      return;
    }
    for (Value operand : value.operands()) {
      if (!plan.inMemory(operand) && !(operand.op() instanceof Leaf)) {
        add(operand);
      }
    }
    if (!(value.op() instanceof Layout) || group.members().contains(value)) {
      parts.add(new Kernel.Part(value.op().mnemonic(), value.span()));
    }
  }
}
