// SPDX-License-Identifier: Apache-2.0
package dlc.passes.lower;

import dlc.ir.Graph;
import dlc.ir.Value;
import dlc.ir.op.Contraction;
import dlc.ir.op.Layout;
import dlc.ir.op.Leaf;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Sets rows of matrices a little apart when their size is a multiple of a power of two that lets
 * the elements of a column meet in few places of the caches.
 *
 * <p>It does so for what products read, and where every other shape under which it is seen has the
 * same rows.
 */
final class PlanPitches {

  /** Rows of a multiple of so many bytes meet. */
  private static final int MEETING = 1024;

  /** Fewer rows do not fill the places where they meet. */
  private static final int ROWS = 64;

  private PlanPitches() {}

  /** The plan with the values whose rows are set apart. */
  static FusionPlan run(FusionPlan plan) {
    Graph graph = plan.graph();
    Set<Value> fixed = new HashSet<>();
    graph.results().values().forEach(value -> fixed.add(Storage.base(value)));
    Set<Value> multiplied = new HashSet<>();
    for (Value value : graph.values()) {
      Value base = Storage.base(value);
      if (value.type().rank() == 0 || base.type().rank() == 0 || !last(value).equals(last(base))) {
        fixed.add(base);
      }
      if (value.op() instanceof Contraction) {
        value.operands().forEach(operand -> multiplied.add(viewed(operand)));
      }
    }
    Set<Value> apart = new LinkedHashSet<>();
    for (Value value : plan.kept()) {
      if (multiplied.contains(value)
          && !fixed.contains(value)
          && !(value.op() instanceof Leaf)
          && !plan.storage().hasChannelsLast(value)
          && last(value) * value.type().dtype().bytes() % MEETING == 0
          && value.type().elements() / last(value) >= ROWS) {
        apart.add(value);
      }
    }
    return plan.withStorage(plan.storage().withRowsApart(apart));
  }

  private static Integer last(Value value) {
    return value.type().dims().getLast();
  }

  /** What a contraction reads in memory when it reads {@code value}. */
  private static Value viewed(Value value) {
    Value viewed = value;
    while (viewed.op() instanceof Layout && viewed.operands().size() == 1) {
      viewed = viewed.operand(0);
    }
    return viewed;
  }
}
