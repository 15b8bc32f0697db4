// SPDX-License-Identifier: Apache-2.0
package dlc.passes.lower;

import dlc.ir.Graph;
import dlc.ir.Value;
import dlc.ir.op.Leaf;
import dlc.passes.lower.FusionPlan.Group;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
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
 * Among the orders that are left, one is taken in which few bytes are needed at a time.
 */
record Order(List<Group> groups, Map<Value, Value> inPlace) {

  static Order of(Graph graph, FusionPlan plan) {
    Map<Group, Map<Value, Boolean>> reads = reads(plan);
    Map<Value, Value> inPlace = candidates(graph, plan, reads);
    while (true) {
      Map<Group, Set<Group>> before = before(reads, inPlace);
      Set<Group> sorted = sorted(plan.groups(), before);
      if (sorted.size() == plan.groups().size()) {
        Order plain = new Order(List.copyOf(sorted), inPlace);
        Order other = new Order(nearestFirst(plain.groups, before), inPlace);
        return other.peak(reads) <= plain.peak(reads) ? other : plain;
      }
      // Readers and writers wait for each other: one of the states is copied instead.
      Set<Group> circle = circle(sorted, before);
      inPlace.remove(
          Collections.min(
              inPlace.keySet().stream()
                  .filter(next -> circle.stream().anyMatch(group -> group.members().contains(next)))
                  .toList(),
              Comparator.comparingLong(next -> next.type().bytes())));
    }
  }

  /** What each group reads in memory, and whether only at the element that it writes. */
  private static Map<Group, Map<Value, Boolean>> reads(FusionPlan plan) {
    Map<Group, Map<Value, Boolean>> reads = new LinkedHashMap<>();
    for (Group group : plan.groups()) {
      Set<Value> kept = plan.within(group).kept();
      Map<Value, Boolean> own = new LinkedHashMap<>();
      for (Value member : group.members()) {
        PlanFusion.accesses(member, kept)
            .forEach((value, same) -> own.merge(value, same, Boolean::logicalAnd));
      }
      reads.put(group, own);
    }
    return reads;
  }

  /** New states whose kernel reads the old one at the element that it writes, or not at all. */
  private static Map<Value, Value> candidates(
      Graph graph, FusionPlan plan, Map<Group, Map<Value, Boolean>> reads) {
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
          && readsOf(group.get(), reads).getOrDefault(parameter, true)) {
        inPlace.put(next, parameter);
      }
    }
    return inPlace;
  }

  private static Optional<Group> groupOf(Value value, FusionPlan plan) {
    return plan.groups().stream().filter(group -> group.members().contains(value)).findFirst();
  }

  private static Map<Value, Boolean> readsOf(Group group, Map<Group, Map<Value, Boolean>> reads) {
    return reads.getOrDefault(group, Map.of());
  }

  /** The groups in an order, as far as there is one. */
  private static Set<Group> sorted(List<Group> groups, Map<Group, Set<Group>> before) {
    Set<Group> order = new LinkedHashSet<>();
    boolean moved = true;
    while (moved) {
      moved = false;
      for (Group group : groups) {
        moved |= order.containsAll(before.get(group)) && order.add(group);
      }
    }
    return order;
  }

  /** Of the groups that have no order, those that wait and are waited for. */
  private static Set<Group> circle(Set<Group> sorted, Map<Group, Set<Group>> before) {
    Set<Group> circle = new LinkedHashSet<>(before.keySet());
    circle.removeAll(sorted);
    while (true) {
      Set<Group> awaited = new HashSet<>();
      circle.forEach(group -> awaited.addAll(before.get(group)));
      if (!circle.retainAll(awaited)) {
        return circle;
      }
    }
  }

  /** The groups that come before each. */
  private static Map<Group, Set<Group>> before(
      Map<Group, Map<Value, Boolean>> reads, Map<Value, Value> inPlace) {
    Map<Value, Group> makers = new HashMap<>();
    reads.keySet().forEach(group -> group.members().forEach(value -> makers.put(value, group)));
    Map<Group, Set<Group>> before = new LinkedHashMap<>();
    reads.keySet().forEach(group -> before.put(group, new LinkedHashSet<>()));
    Map<Value, Group> overwriters = new HashMap<>();
    inPlace.forEach((next, parameter) -> overwriters.put(parameter, makers.get(next)));
    reads.forEach(
        (group, own) -> {
          for (Value read : own.keySet()) {
            if (makers.containsKey(read) && !group.equals(makers.get(read))) {
              before.computeIfAbsent(group, _ -> new LinkedHashSet<>()).add(makers.get(read));
            }
            Group overwriter = overwriters.get(read);
            if (overwriter != null && !overwriter.equals(group)) {
              before.computeIfAbsent(overwriter, _ -> new LinkedHashSet<>()).add(group);
            }
          }
        });
    return before;
  }

  /**
   * The groups that nobody waits for, each with all that it needs, by how little of that is
   * missing: a layer's weights are updated as soon as its gradient is there, and that is not kept
   * for long.
   */
  private static List<Group> nearestFirst(List<Group> sorted, Map<Group, Set<Group>> before) {
    Map<Group, BitSet> needs = new HashMap<>();
    Map<Group, BitSet> ends = new LinkedHashMap<>();
    for (int i = 0; i < sorted.size(); i++) {
      BitSet needed = new BitSet(sorted.size());
      for (Group earlier : before.getOrDefault(sorted.get(i), Set.of())) {
        needed.or(needs.getOrDefault(earlier, new BitSet()));
        ends.remove(earlier);
      }
      needed.set(i);
      needs.put(sorted.get(i), needed);
      ends.put(sorted.get(i), needed);
    }
    List<Group> order = new ArrayList<>();
    List<BitSet> missing = new ArrayList<>(ends.values());
    while (!missing.isEmpty()) {
      BitSet next = new BitSet();
      next.or(Collections.min(missing, Comparator.comparingInt(BitSet::cardinality)));
      next.stream().mapToObj(sorted::get).forEach(order::add);
      missing.forEach(needed -> needed.andNot(next));
      missing.removeIf(BitSet::isEmpty);
    }
    return order;
  }

  /** The bytes of values, other than new states, that are needed at a time. */
  private long peak(Map<Group, Map<Value, Boolean>> reads) {
    Map<Value, Integer> lastReads = new HashMap<>();
    for (int i = 0; i < groups.size(); i++) {
      for (Value read : readsOf(groups.get(i), reads).keySet()) {
        lastReads.put(read, i);
      }
    }
    long[] freed = new long[groups.size()];
    long live = 0;
    long peak = 0;
    for (int i = 0; i < groups.size(); i++) {
      for (Value made : groups.get(i).stored()) {
        if (!inPlace.containsKey(made)) {
          live += made.type().bytes();
          freed[lastReads.getOrDefault(made, i)] += made.type().bytes();
        }
      }
      peak = Math.max(peak, live);
      live -= freed[i];
    }
    return peak;
  }
}
