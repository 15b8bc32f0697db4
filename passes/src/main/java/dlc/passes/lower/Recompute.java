// SPDX-License-Identifier: Apache-2.0
package dlc.passes.lower;

import dlc.ir.Value;
import dlc.ir.op.Comprehension;
import dlc.ir.op.Contraction;
import dlc.ir.op.Leaf;
import dlc.ir.op.Tiles;
import dlc.ir.scalar.Index;
import dlc.passes.lower.FusionPlan.Group;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Lets late readers of a large value compute it again, from memory that lives until then anyway.
 *
 * <p>The backward pass asks of an activation where it was positive, long after the next convolution
 * has read it. It is cheap to compute again from the convolution before it, whose result the
 * gradient of the normalisation reads as well, and so it need not lie in memory for so long.
 */
final class Recompute {

  /** Smaller values are in a cache. */
  private static final long LARGE = 1 << 18;

  /** So many instructions an element hide behind reading it from memory. */
  private static final int CHEAP = 8;

  /**
   * A group at its place in the order.
   *
   * @param reads what it reads in memory, as far as is decided
   */
  private record Reader(int position, Group group, Set<Value> reads, Set<Value> recomputed) {}

  private final FusionPlan plan;
  private final List<Reader> readers = new ArrayList<>();
  private final Set<Value> stored = new HashSet<>();

  private Recompute(FusionPlan plan) {
    this.plan = plan;
    for (Group group : Order.of(plan.graph(), plan).groups()) {
      stored.addAll(group.stored());
      Set<Value> reads = new HashSet<>();
      for (Value member : group.members()) {
        reads.addAll(PlanFusion.accesses(member, plan.kept()).keySet());
      }
      reads.removeAll(group.members());
      readers.add(new Reader(readers.size(), group, reads, new LinkedHashSet<>()));
    }
  }

  static FusionPlan run(FusionPlan plan) {
    return new Recompute(plan).run();
  }

  private FusionPlan run() {
    Set<Value> candidates = new HashSet<>(stored);
    FusionPlan.results(plan.graph())
        .values()
        .forEach(result -> candidates.remove(Storage.base(result)));
    for (Value value : plan.graph().values()) {
      if (candidates.contains(value) && isLarge(value)) {
        recompute(value);
      }
    }
    Map<Group, Group> changed = new HashMap<>();
    readers.forEach(
        reader -> changed.put(reader.group, reader.group.recomputing(reader.recomputed)));
    return plan.withGroups(
        plan.groups().stream().map(group -> changed.getOrDefault(group, group)).toList());
  }

  private void recompute(Value value) {
    Set<Value> sources = new LinkedHashSet<>();
    if (cost(value, sources) > CHEAP) {
      return;
    }
    sources.removeIf(source -> !isLarge(source));
    List<Reader> all = readersOf(value);
    List<Reader> late = new ArrayList<>();
    for (Reader reader : all.reversed()) {
      if (!canCompute(reader, value, sources)) {
        break;
      }
      late.add(reader);
    }
    if (late.size() < all.size()) {
      for (Reader reader : late) {
        reader.recomputed.add(value);
        reader.reads.remove(value);
        reader.reads.addAll(sources);
      }
    }
  }

  private List<Reader> readersOf(Value value) {
    return readers.stream().filter(reader -> reader.reads.contains(value)).toList();
  }

  /**
   * The instructions that make an element of {@code value} from memory, from which {@code sources}
   * are read. More than any number, where it folds or reads other elements than its own.
   */
  private int cost(Value value, Set<Value> sources) {
    Comprehension comprehension = value.comprehension();
    if (!(comprehension.fold() instanceof Comprehension.Fold.None)) {
      return Integer.MAX_VALUE;
    }
    long cost = Cost.of(value);
    for (int i = 0; i < value.operands().size(); i++) {
      Value operand = value.operand(i);
      Value base = Storage.base(operand);
      if (FusionPlan.isNumber(operand)) {
        continue;
      }
      Comprehension.Access access = comprehension.accesses().get(i);
      List<Index> here = Comprehension.indices(comprehension.loops());
      if (isLarge(base) && !(access.when().always() && access.at().equals(here))) {
        return Integer.MAX_VALUE;
      }
      if (base.op() instanceof Leaf || stored.contains(base)) {
        sources.add(base);
      } else {
        cost += cost(operand, sources);
      }
    }
    return (int) Math.min(cost, Integer.MAX_VALUE);
  }

  /**
   * Whether {@code reader} reads each element of {@code value} once, and can read those of {@code
   * sources} in its stead, which some later group reads as well.
   */
  private boolean canCompute(Reader reader, Value value, Set<Value> sources) {
    Value first = reader.group.first();
    if (first.op() instanceof Contraction || first.op() instanceof Tiles) {
      return false;
    }
    Comprehension comprehension = first.comprehension();
    long turns = first.type().elements();
    for (var loop : comprehension.reduced()) {
      turns *= loop.extent();
    }
    long added = sources.stream().filter(source -> !reader.reads.contains(source)).count();
    return turns <= value.type().elements()
        && added <= 1
        && sources.stream().allMatch(source -> lives(source, reader.position));
  }

  private boolean lives(Value source, int position) {
    return source.op() instanceof Leaf
        || readersOf(source).stream().anyMatch(reader -> reader.position >= position);
  }

  private static boolean isLarge(Value value) {
    return value.type().elements() >= LARGE;
  }
}
