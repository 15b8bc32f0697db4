// SPDX-License-Identifier: Apache-2.0
package dlc.passes.lower;

import dlc.ir.Graph;
import dlc.ir.Value;
import dlc.ir.op.Leaf;
import dlc.passes.lower.FusionPlan.Group;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The order of the kernels, and the new states that overwrite the old ones.
 *
 * <p>Operands come before users, and readers of an old state before the kernel that overwrites it.
 */
record Order(List<Group> groups, Map<Value, Value> inPlace) {

  static Order of(Graph graph, FusionPlan plan) {
    Map<Value, Value> inPlace = candidates(graph, plan);
    while (true) {
      Optional<List<Group>> order = sorted(plan, inPlace);
      if (order.isPresent()) {
        return new Order(order.get(), inPlace);
      }
      // Readers and writers wait for each other: one of the states is copied instead.
      inPlace.remove(inPlace.keySet().iterator().next());
    }
  }

  /** New states whose kernel reads the old one at the element that it writes, or not at all. */
  private static Map<Value, Value> candidates(Graph graph, FusionPlan plan) {
    Map<Value, Value> inPlace = new LinkedHashMap<>();
    for (Value parameter : graph.parameters()) {
      Leaf.Parameter declared = Graph.declaration(parameter);
      Value next = graph.results().get(declared.name());
      if (!declared.role().persists() || next == null || next.op() instanceof Leaf) {
        continue;
      }
      Optional<Group> group = groupOf(next, plan);
      if (group.isPresent()
          && !inPlace.containsKey(next)
          && next.type().equals(parameter.type())
          && readsOnlyInPlace(group.get(), parameter, plan)) {
        inPlace.put(next, parameter);
      }
    }
    return inPlace;
  }

  private static Optional<Group> groupOf(Value value, FusionPlan plan) {
    return plan.groups().stream().filter(group -> group.members().contains(value)).findFirst();
  }

  private static boolean readsOnlyInPlace(Group group, Value parameter, FusionPlan plan) {
    return group.members().stream()
        .allMatch(member -> PlanFusion.accesses(member, plan.kept()).getOrDefault(parameter, true));
  }

  private static Optional<List<Group>> sorted(FusionPlan plan, Map<Value, Value> inPlace) {
    Map<Value, Group> makers = new HashMap<>();
    plan.groups().forEach(group -> group.members().forEach(value -> makers.put(value, group)));
    Map<Group, Set<Group>> before = new LinkedHashMap<>();
    plan.groups().forEach(group -> before.put(group, new LinkedHashSet<>()));
    Map<Value, Group> overwriters = new HashMap<>();
    inPlace.forEach((next, parameter) -> overwriters.put(parameter, makers.get(next)));
    for (Group group : plan.groups()) {
      for (Value member : group.members()) {
        for (Value read : PlanFusion.accesses(member, plan.kept()).keySet()) {
          if (makers.containsKey(read) && !group.equals(makers.get(read))) {
            before.computeIfAbsent(group, _ -> new LinkedHashSet<>()).add(makers.get(read));
          }
          Group overwriter = overwriters.get(read);
          if (overwriter != null && !overwriter.equals(group)) {
            before.computeIfAbsent(overwriter, _ -> new LinkedHashSet<>()).add(group);
          }
        }
      }
    }
    List<Group> order = new ArrayList<>();
    Set<Group> done = new LinkedHashSet<>();
    boolean moved = true;
    while (moved) {
      moved = false;
      for (Group group : plan.groups()) {
        if (!done.contains(group) && done.containsAll(before.get(group))) {
          done.add(group);
          order.add(group);
          moved = true;
        }
      }
    }
    return order.size() == plan.groups().size() ? Optional.of(order) : Optional.empty();
  }
}
