// SPDX-License-Identifier: Apache-2.0
package dlc.passes.lower;

import dlc.ir.Value;
import dlc.ir.op.Layout.Concat;
import dlc.ir.op.Leaf;
import dlc.passes.lower.FusionPlan.Group;
import dlc.passes.lower.Storage.Part;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Lets the parts of a concatenation be computed where they are wanted, so that none is copied.
 *
 * <p>It does so where all parts are values that would have memory of their own, each in one
 * concatenation, and are seen as another shape only with more or fewer unit dimensions.
 */
final class PlanParts {

  private final FusionPlan plan;
  private final Map<Value, Part> parts = new LinkedHashMap<>();
  private final Set<Value> taken = new HashSet<>();

  private PlanParts(FusionPlan plan) {
    this.plan = plan;
    plan.graph().results().values().forEach(value -> taken.add(Storage.base(value)));
    for (Value value : plan.graph().values()) {
      Value base = Storage.base(value);
      if (!withoutUnits(value).equals(withoutUnits(base)) || plan.storage().hasChannelsLast(base)) {
        taken.add(base);
      }
    }
  }

  /** The plan with the parts in their places, and without the kernels that would copy them. */
  static FusionPlan run(FusionPlan plan) {
    PlanParts planner = new PlanParts(plan);
    List<Value> wholes = new ArrayList<>();
    for (Group group : plan.groups()) {
      if (group.members().size() == 1 && group.first().op() instanceof Concat) {
        wholes.add(group.first());
      }
    }
    // The longest first: shorter ones may lie in them.
    wholes.sort(Comparator.comparingInt((Value whole) -> -whole.operands().size()));
    wholes.forEach(planner::place);
    return plan.withStorage(plan.storage().withParts(planner.parts));
  }

  private void place(Value whole) {
    if (plan.storage().hasChannelsLast(whole)) {
      return;
    }
    int axis = ((Concat) whole.op()).axis();
    Map<Value, Part> mine = new LinkedHashMap<>();
    int start = 0;
    for (Value operand : whole.operands()) {
      mine.put(Storage.base(operand), new Part(whole, operand.type(), axis, start));
      start += operand.type().dim(axis);
    }
    if (mine.size() < whole.operands().size()) {
      return;
    }
    if (mine.keySet().stream().allMatch(this::isFree)) {
      parts.putAll(mine);
      taken.addAll(mine.keySet());
    } else if (!taken.contains(whole)) {
      inside(whole, mine).ifPresent(part -> parts.put(whole, part));
    }
  }

  private boolean isFree(Value part) {
    return plan.kept().contains(part)
        && !(part.op() instanceof Leaf)
        && !(part.op() instanceof Concat)
        && !taken.contains(part);
  }

  /** The place of {@code whole} in a longer one that has the same parts in a row. */
  private Optional<Part> inside(Value whole, Map<Value, Part> mine) {
    Part first = parts.get(mine.keySet().iterator().next());
    if (first == null) {
      return Optional.empty();
    }
    for (Map.Entry<Value, Part> entry : mine.entrySet()) {
      Part part = entry.getValue();
      Part there = new Part(first.whole(), part.type(), part.axis(), first.start() + part.start());
      if (!there.equals(parts.get(entry.getKey()))) {
        return Optional.empty();
      }
    }
    return Optional.of(new Part(first.whole(), whole.type(), first.axis(), first.start()));
  }

  private static List<Integer> withoutUnits(Value value) {
    return value.type().dims().stream().filter(dim -> dim != 1).toList();
  }
}
