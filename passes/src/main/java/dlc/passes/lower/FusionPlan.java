// SPDX-License-Identifier: Apache-2.0
package dlc.passes.lower;

import dlc.ir.Graph;
import dlc.ir.Value;
import dlc.ir.op.Leaf;
import dlc.passes.Remark;
import dlc.passes.SplitBatch;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which values are written to memory and which kernels make them.
 *
 * <p>A value that is not kept is computed again wherever it is needed. A reshape of a kept value is
 * the same memory under another shape.
 *
 * @param remarks which values did not join the kernel of an operand, and why
 */
record FusionPlan(
    Graph graph, List<Group> groups, Set<Value> kept, Storage storage, List<Remark> remarks) {

  FusionPlan withStorage(Storage other) {
    return new FusionPlan(graph, groups, kept, other, remarks);
  }

  FusionPlan withGroups(List<Group> others) {
    return new FusionPlan(graph, others, kept, storage, remarks);
  }

  /** As {@code group} sees it: what it computes again is not kept. */
  FusionPlan within(Group group) {
    if (group.recomputed().isEmpty()) {
      return this;
    }
    Set<Value> others = new LinkedHashSet<>(kept);
    others.removeAll(group.recomputed());
    return new FusionPlan(graph, groups, others, storage, remarks);
  }

  /**
   * The values that one kernel computes over one loop nest, in order. Only the first may fold.
   * {@code stored} are those that others read or that are results, {@code recomputed} those of
   * others that this one computes for itself.
   */
  record Group(List<Value> members, Set<Value> stored, Set<Value> recomputed) {
    Group {
      members = List.copyOf(members);
    }

    Group(List<Value> members, Set<Value> stored) {
      this(members, stored, Set.of());
    }

    Group recomputing(Set<Value> values) {
      return new Group(members, stored, values);
    }

    Value first() {
      return members.getFirst();
    }
  }

  /** The results that somebody reads. */
  static Map<String, Value> results(Graph graph) {
    Map<String, Value> results = new LinkedHashMap<>(graph.results());
    results.keySet().removeIf(name -> name.startsWith(SplitBatch.ORDER));
    return results;
  }

  /** Whether the elements of {@code value} are in memory. */
  boolean inMemory(Value value) {
    return kept.contains(Storage.base(value));
  }

  /** Whether {@code value} is a number known at compile time, and needs no memory. */
  static boolean isNumber(Value value) {
    return value.op() instanceof Leaf.Constant constant
        && (value.type().rank() == 0 || constant.isAll(constant.element(0)));
  }
}
