// SPDX-License-Identifier: Apache-2.0
package dlc.passes.lower;

import dlc.ir.Graph;
import dlc.ir.Value;
import dlc.ir.op.Comprehension;
import dlc.ir.op.Computed;
import dlc.ir.op.Contraction;
import dlc.ir.op.Generator;
import dlc.ir.op.Layout;
import dlc.ir.op.Leaf;
import dlc.ir.op.Lookup;
import dlc.ir.op.ReduceFn;
import dlc.ir.op.Tiles;
import dlc.ir.op.Window;
import dlc.ir.scalar.Index;
import dlc.passes.Remark;
import dlc.passes.lower.FusionPlan.Group;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides what is computed in one kernel.
 *
 * <p>Folds (contractions, reductions, windows) and what several kernels need and is dear to compute
 * go to memory. Everything else is computed where it is used. Then each elementwise value that is
 * kept joins the kernel that makes one of its operands, when both run over the same elements: so a
 * bias, an activation or an optimizer's update becomes the end of a contraction, and values that
 * are updated together are updated in one pass over memory.
 */
final class PlanFusion {

  /** Computing a value again for another user may cost this many instructions an element. */
  private static final int CHEAP = 8;

  /**
   * Reading a concatenation of more values than so many is a choice among them for each element.
   */
  private static final int CHOICES = 4;

  private final Graph graph;
  private final Set<Value> summaries;
  private final List<Value> values;
  private final Map<Value, List<Value>> users = new HashMap<>();
  private final Map<Value, Integer> costs = new HashMap<>();
  private final Set<Value> kept = new LinkedHashSet<>();
  private final Map<Value, List<Value>> groups = new LinkedHashMap<>();
  private final Map<Value, Value> groupOf = new HashMap<>();
  private final Map<Value, Set<Value>> reads = new HashMap<>();
  private final List<Remark> remarks = new ArrayList<>();

  private PlanFusion(Graph graph, Set<Value> summaries) {
    this.graph = graph;
    this.summaries = summaries;
    this.values = graph.values();
  }

  static FusionPlan plan(Graph graph) {
    Set<Value> summaries = new HashSet<>();
    while (true) {
      PlanFusion planner = new PlanFusion(graph, summaries);
      planner.findUsers();
      planner.keep();
      planner.group();
      FusionPlan plan = planner.plan();
      if (!summaries.addAll(Summaries.find(plan, planner::canJoin))) {
        return plan;
      }
    }
  }

  private void findUsers() {
    for (Value value : values) {
      for (Value operand : value.operands()) {
        users.computeIfAbsent(operand, _ -> new ArrayList<>()).add(value);
      }
    }
  }

  // What is kept

  private void keep() {
    Set<Value> results = new HashSet<>();
    FusionPlan.results(graph).values().forEach(value -> results.add(Storage.base(value)));
    for (Value value : values) {
      boolean keep =
          switch (value.op()) {
            case Leaf _ -> !FusionPlan.isNumber(value);
            case Layout.Reshape _ -> false;
            case Computed _ ->
                results.contains(value)
                    || summaries.contains(value)
                    || folds(value)
                    || isDear(value)
                    || (!isView(value) && isReadOften(value))
                    || isOfManyParts(value)
                    || isOneOfMany(value)
                    || isReshapedForContraction(value);
            default -> throw new IllegalStateException(value.op().mnemonic() + " was not replaced");
          };
      if (keep) {
        kept.add(value);
      }
      costs.put(value, keep ? 0 : inlinedCost(value));
    }
  }

  private int inlinedCost(Value value) {
    int cost = Cost.of(value);
    for (Value operand : value.operands()) {
      cost += costs.getOrDefault(operand, 0);
    }
    return Math.min(cost, 1_000_000);
  }

  private static boolean folds(Value value) {
    return value.op() instanceof Computed
        && !(value.comprehension().fold() instanceof Comprehension.Fold.None);
  }

  /** Whether reading an element of it is reading an element of its operand. */
  private static boolean isView(Value value) {
    return value.op() instanceof Layout && !(value.op() instanceof Layout.Concat);
  }

  /** A contraction walks the elements of a reshaped view evenly only when they are in memory. */
  private boolean isReshapedForContraction(Value value) {
    return usersOf(value).stream()
        .anyMatch(user -> user.op() instanceof Layout.Reshape && feeds(user, Contraction.class));
  }

  private boolean isReadOften(Value value) {
    return feeds(value, Contraction.class) || feeds(value, Tiles.class);
  }

  /** Whether an op of {@code kind} reads it, itself or through views. */
  private boolean feeds(Value value, Class<?> kind) {
    return usersOf(value).stream()
        .anyMatch(user -> kind.isInstance(user.op()) || (isView(user) && feeds(user, kind)));
  }

  private static boolean isOfManyParts(Value value) {
    return value.op() instanceof Layout.Concat && value.operands().size() > CHOICES;
  }

  /** Whether it is a part of a concatenation of many, where it will be computed in its place. */
  private boolean isOneOfMany(Value value) {
    return usersOf(value).stream()
        .anyMatch(
            user ->
                isOfManyParts(user) || (user.op() instanceof Layout.Reshape && isOneOfMany(user)));
  }

  private List<Value> usersOf(Value value) {
    return users.getOrDefault(value, List.of());
  }

  private boolean isDear(Value value) {
    int cost = inlinedCost(value);
    if (isView(value) || value.op() instanceof Generator.Iota || cost == 0) {
      return false;
    }
    return cost * (repetitions(value) - 1) > CHEAP;
  }

  /** How often, about, an element would be computed if it were not kept. */
  private long repetitions(Value value) {
    long repetitions = 0;
    for (Value user : usersOf(value)) {
      repetitions +=
          switch (user.op()) {
            case Layout.Broadcast _ ->
                Math.max(1, repetitions(user))
                    * Math.min(64, user.type().elements() / value.type().elements());
            case Window window when !(user.op() instanceof Window.WindowRoute) ->
                ceil(product(window.window()), product(window.geometry().stride()));
            case Lookup _ -> 64;
            case Layout _ -> Math.max(1, repetitions(user));
            default -> 1;
          };
    }
    return repetitions;
  }

  private static long ceil(long x, long y) {
    return (x + y - 1) / y;
  }

  private static long product(List<Integer> factors) {
    return factors.stream().mapToLong(Integer::longValue).reduce(1, (x, y) -> x * y);
  }

  // Who joins whom

  private void group() {
    for (Value value : values) {
      if (!kept.contains(value) || value.op() instanceof Leaf) {
        continue;
      }
      Map<Value, Boolean> accesses = accesses(value, kept);
      Value host = folds(value) ? companion(value) : host(value, accesses);
      remark(value, accesses, host);
      Value key = host == null ? value : host;
      List<Value> members = groups.computeIfAbsent(key, _ -> new ArrayList<>());
      members.add(folds(value) ? 0 : members.size(), value);
      groupOf.put(value, key);
      Set<Value> needed = reads.computeIfAbsent(key, _ -> new LinkedHashSet<>());
      for (Value read : accesses.keySet()) {
        if (groupOf.containsKey(read) && groupOf.get(read) != key) {
          needed.add(groupOf.get(read));
        }
      }
    }
  }

  /** The kernel of the arg max of the same windows, which knows the maximum as well. */
  private @Nullable Value companion(Value value) {
    if (value.op() instanceof Window.WindowArgMax(List<Integer> window, var geometry)) {
      var max = new Window.WindowReduce(ReduceFn.MAX, window, geometry);
      for (Value other : usersOf(value.operand(0))) {
        if (other.op().equals(max)
            && groupOf.get(other) == other
            && groups.getOrDefault(other, List.of()).size() == 1) {
          return other;
        }
      }
    }
    return null;
  }

  /** The group that {@code value} can join: the last one that makes an operand of it. */
  private @Nullable Value host(Value value, Map<Value, Boolean> accesses) {
    Value best = null;
    for (Value read : accesses.keySet()) {
      Value group = groupOf.get(read);
      if (group != null && obstacle(value, accesses, group).isEmpty()) {
        best = group;
      }
    }
    return best;
  }

  /**
   * Whether {@code value}, which is not kept, would join the kernel that starts with {@code group}.
   */
  private boolean canJoin(Value value, Value group) {
    return host(value, accesses(value, kept)) == group;
  }

  /** Why {@code value} cannot join {@code group}. */
  private Optional<String> obstacle(Value value, Map<Value, Boolean> accesses, Value group) {
    if (accesses.entrySet().stream()
        .anyMatch(other -> groupOf.get(other.getKey()) == group && !other.getValue())) {
      return Optional.of("it reads other elements than the one that it makes");
    }
    if (!group.type().dims().equals(value.type().dims())) {
      return Optional.of(
          "their loops differ, %s and %s".formatted(group.type().dims(), value.type().dims()));
    }
    if (isOfManyParts(group)) {
      return Optional.of("a concatenation of many is made part by part");
    }
    if (Scatter.of(group).isPresent()) {
      return Optional.of("its elements are done only when all is added");
    }
    if (group.op() instanceof Tiles.FromTiles && readsState(accesses)) {
      return Optional.of("it reads state, which does not lie as tiles are written");
    }
    return accesses.keySet().stream()
        .map(groupOf::get)
        .filter(other -> other != null && other != group && dependsOn(other, group))
        .findFirst()
        .map(
            other ->
                "it also needs '%s', which needs that kernel first"
                    .formatted(other.op().mnemonic()));
  }

  /** Says of {@code value} why it is not in the kernels whose results it reads. */
  private void remark(Value value, Map<Value, Boolean> accesses, @Nullable Value host) {
    Set<Value> told = new HashSet<>();
    for (Value read : accesses.keySet()) {
      Value group = groupOf.get(read);
      if (group == null || group == host || !told.add(group)) {
        continue;
      }
      String why =
          folds(value)
              ? "it folds elements, and those are all made before"
              : obstacle(value, accesses, group).orElse("it joined the kernel of another operand");
      remarks.add(
          new Remark(
              Remark.Kind.FUSE,
              value.span(),
              "'%s' is not fused with '%s': %s"
                  .formatted(value.op().mnemonic(), read.op().mnemonic(), why)));
    }
  }

  /** State lies as its type says, not as tiles are written. */
  private static boolean readsState(Map<Value, Boolean> accesses) {
    return accesses.entrySet().stream()
        .anyMatch(access -> access.getValue() && access.getKey().op() instanceof Leaf.Parameter);
  }

  private boolean dependsOn(Value user, Value maker) {
    Set<Value> seen = new HashSet<>();
    List<Value> stack = new ArrayList<>(List.of(user));
    while (!stack.isEmpty()) {
      Value current = stack.removeLast();
      if (current == maker) {
        return true;
      }
      if (seen.add(current)) {
        stack.addAll(reads.getOrDefault(current, Set.of()));
      }
    }
    return false;
  }

  /** The kept values that computing {@code value} reads, and whether only at its own place. */
  static Map<Value, Boolean> accesses(Value value, Set<Value> kept) {
    Accesses accesses = new Accesses(kept, Comprehension.indices(value.comprehension().loops()));
    accesses.collect(value, accesses.here);
    return accesses.found;
  }

  /** The walk from a value to the memory that it reads. */
  private static final class Accesses {
    private record Visit(Value value, List<Index> at) {}

    private final Set<Value> kept;
    private final List<Index> here;
    private final Map<Value, Boolean> found = new LinkedHashMap<>();
    private final Set<Visit> seen = new HashSet<>();

    Accesses(Set<Value> kept, List<Index> here) {
      this.kept = kept;
      this.here = here;
    }

    void collect(Value value, List<Index> at) {
      if (!seen.add(new Visit(value, at))) {
        return;
      }
      Comprehension body = value.comprehension();
      for (int i = 0; i < value.operands().size(); i++) {
        Value operand = value.operand(i);
        Comprehension.Access access = body.accesses().get(i);
        List<Index> from =
            access.at().stream().map(index -> Inliner.moved(index, body.loops(), at)).toList();
        if (FusionPlan.isNumber(operand)) {
          continue;
        }
        Value base = Storage.base(operand);
        if (kept.contains(base)) {
          boolean same = access.when().always() && from.equals(here) && base == operand;
          found.merge(base, same, Boolean::logicalAnd);
        } else {
          collect(operand, from);
        }
      }
    }
  }

  private FusionPlan plan() {
    Set<Value> results = new HashSet<>();
    FusionPlan.results(graph).values().forEach(value -> results.add(Storage.base(value)));
    Set<Value> readElsewhere = new HashSet<>();
    for (Value value : groupOf.keySet()) {
      for (Value read : accesses(value, kept).keySet()) {
        if (groupOf.containsKey(read) && groupOf.get(read) != groupOf.get(value)) {
          readElsewhere.add(read);
        }
      }
    }
    List<Group> made = new ArrayList<>();
    for (List<Value> members : groups.values()) {
      Set<Value> stored = new LinkedHashSet<>();
      for (Value member : members) {
        if (results.contains(member) || readElsewhere.contains(member)) {
          stored.add(member);
        }
      }
      made.add(new Group(members, stored));
    }
    return new FusionPlan(graph, made, kept, Storage.PLAIN, remarks);
  }
}
