// SPDX-License-Identifier: Apache-2.0
package dlc.passes.lower;

import dlc.ir.Value;
import dlc.ir.op.Computed;
import dlc.ir.op.Layout;
import dlc.passes.lower.FusionPlan.Group;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Values that are better kept than what they are computed from.
 *
 * <p>A kernel of the backward pass often needs several values of one forward kernel, only to make
 * one of them: the derivative of an activation, say, from its argument and the activation. Made in
 * the forward kernel, where those are in registers, it is all that goes through memory.
 */
final class Summaries {

  private final FusionPlan plan;

  /** The first value that the kernel of each one makes. */
  private final Map<Value, Value> makers = new HashMap<>();

  private final Set<Value> stored = new HashSet<>();
  private final Map<Value, List<Value>> readers = new HashMap<>();
  private final Set<Value> results = new HashSet<>();

  /** What is kept, and the value that is thought about. */
  private final Set<Value> with;

  private Summaries(FusionPlan plan) {
    this.plan = plan;
    this.with = new HashSet<>(plan.kept());
    FusionPlan.results(plan.graph()).values().forEach(value -> results.add(Storage.base(value)));
    for (Group group : plan.groups()) {
      stored.addAll(group.stored());
      for (Value member : group.members()) {
        makers.put(member, group.first());
        for (Value read : PlanFusion.accesses(member, plan.kept()).keySet()) {
          readers.computeIfAbsent(read, _ -> new ArrayList<>()).add(member);
        }
      }
    }
  }

  /**
   * The values to keep in addition, at most one for each kernel of {@code plan}.
   *
   * @param canJoin whether a value would be made in the kernel that starts with another
   */
  static Set<Value> find(FusionPlan plan, BiPredicate<Value, Value> canJoin) {
    Summaries summaries = new Summaries(plan);
    Map<Value, Value> best = new LinkedHashMap<>();
    Map<Value, Long> saved = new HashMap<>();
    for (Value value : plan.graph().values()) {
      Value maker = summaries.maker(value);
      if (maker == null) {
        continue;
      }
      long saves = summaries.saves(value, maker);
      if (saves > 0 && saves >= saved.getOrDefault(maker, 0L) && canJoin.test(value, maker)) {
        best.put(maker, value);
        saved.put(maker, saves);
      }
    }
    return new LinkedHashSet<>(best.values());
  }

  /** The one kernel whose values, element by element, make {@code value}, which is not kept. */
  private @Nullable Value maker(Value value) {
    if (!(value.op() instanceof Computed) || value.op() instanceof Layout || plan.inMemory(value)) {
      return null;
    }
    Set<Value> found = new HashSet<>();
    for (Value read : PlanFusion.accesses(value, plan.kept()).keySet()) {
      if (makers.containsKey(read)) {
        found.add(makers.get(read));
      }
    }
    return found.size() == 1 ? found.iterator().next() : null;
  }

  /** How many bytes less go to memory when the kernel of {@code maker} stores {@code value}. */
  private long saves(Value value, Value maker) {
    long bytes = -value.type().bytes();
    with.add(value);
    for (Value read : PlanFusion.accesses(value, plan.kept()).keySet()) {
      if (stored.contains(read)
          && !results.contains(read)
          && readers.getOrDefault(read, List.of()).stream()
              .filter(reader -> makers.get(reader) != maker)
              .noneMatch(reader -> PlanFusion.accesses(reader, with).containsKey(read))) {
        bytes += read.type().bytes();
      }
    }
    with.remove(value);
    return bytes;
  }
}
