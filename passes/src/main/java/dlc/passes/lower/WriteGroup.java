// SPDX-License-Identifier: Apache-2.0
package dlc.passes.lower;

import dlc.ir.DType;
import dlc.ir.TensorType;
import dlc.ir.Value;
import dlc.ir.kernel.Kernel;
import dlc.ir.kernel.LoopKind;
import dlc.ir.kernel.Stmt;
import dlc.ir.op.Comprehension;
import dlc.ir.op.ReduceFn;
import dlc.ir.op.Window;
import dlc.ir.scalar.BinaryFn;
import dlc.ir.scalar.Buffer;
import dlc.ir.scalar.Condition;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import dlc.ir.scalar.Scalar;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Writes the plain kernel of a fusion group: serial loops, and one statement a value.
 *
 * <pre>
 * serial d0 { serial d1 {
 *   register acc; acc = 0
 *   serial r0 { acc = acc + a[d0, r0] * b[r0, d1] }
 *   let v0 = acc
 *   let v1 = max(v0 + bias[d1], 0)
 *   out[d0, d1] = v1
 * } }
 * </pre>
 */
final class WriteGroup {

  /** A kernel and, for each of its arguments, the value in that memory. */
  record Written(Kernel kernel, List<Value> arguments) {}

  private final FusionPlan plan;
  private final FusionPlan.Group group;
  private final Map<Value, Value> inPlace;
  private final Map<Value, Buffer> buffers = new LinkedHashMap<>();
  private final Inliner.Names names = new Inliner.Names();

  private WriteGroup(FusionPlan plan, FusionPlan.Group group, Map<Value, Value> inPlace) {
    this.plan = plan;
    this.group = group;
    this.inPlace = inPlace;
  }

  /** The kernel; {@code inPlace} maps values to the parameters whose memory they overwrite. */
  static Written write(FusionPlan plan, FusionPlan.Group group, Map<Value, Value> inPlace) {
    return new WriteGroup(plan.within(group), group, inPlace).write();
  }

  private Written write() {
    Value first = group.first();
    Comprehension comprehension = first.comprehension();
    List<Index> here = Comprehension.indices(comprehension.loops());
    Inliner inliner = new Inliner(plan, this::buffer, names);
    Optional<Scatter> scatter = Scatter.of(first);
    if (scatter.isPresent()) {
      return written(scatter.get().write(first, buffer(first), plan.storage(), inliner));
    }
    List<Stmt> body = new ArrayList<>();
    switch (comprehension.fold()) {
      case Comprehension.Fold.None _ -> {}
      case Comprehension.Fold.By _ when isOne(comprehension) ->
          inliner.define(
              first,
              here,
              inliner.let(
                  Inliner.rounded(
                      first, inliner.body(first, comprehension, here, Condition.ALWAYS))));
      case Comprehension.Fold.By(ReduceFn fn) -> {
        Buffer acc = Buffer.register("acc", TensorType.of(first.type().dtype().computed()));
        body.addAll(fold(fn, acc, comprehension, here));
        inliner.define(first, here, inliner.let(Inliner.rounded(first, read(acc))));
      }
      case Comprehension.Fold.Greatest _ when isOne(comprehension) ->
          greatestOfOne(comprehension, here, inliner);
      case Comprehension.Fold.Greatest fold ->
          body.addAll(greatest(fold, comprehension, here, inliner));
    }
    // Stores last: what they overwrite may be the old state that a later member reads.
    List<Stmt> stores = new ArrayList<>();
    for (Value member : group.members()) {
      Scalar element = memberElement(member, here, inliner);
      if (group.stored().contains(member)) {
        stores.add(new Stmt.Store(buffer(member), plan.storage().place(member, here), element));
      }
    }
    body.addAll(inliner.block());
    body.addAll(stores);
    return written(nest(loops(comprehension), body));
  }

  private Written written(List<Stmt> body) {
    List<Buffer> arguments = List.copyOf(buffers.values());
    Kernel kernel = new Kernel(name(), arguments, body, GroupParts.of(plan, group));
    return new Written(kernel, List.copyOf(buffers.keySet()));
  }

  /** The loops over the elements, in the order of the memory that is written. */
  private List<LoopVar> loops(Comprehension comprehension) {
    for (Value member : group.stored()) {
      if (plan.storage().hasChannelsLast(member)) {
        return Storage.secondLast(comprehension.loops());
      }
    }
    return comprehension.loops();
  }

  /** The folded loops, in the order of the memory of the first operand. */
  private List<LoopVar> reduced(Comprehension comprehension) {
    Value operand = group.first().operand(0);
    if (!plan.storage().hasChannelsLast(operand)) {
      return comprehension.reduced();
    }
    Index channel = comprehension.accesses().getFirst().at().get(1);
    List<LoopVar> ordered = new ArrayList<>(comprehension.reduced());
    ordered.sort(Comparator.comparing(channel::dependsOn));
    return ordered;
  }

  private Scalar memberElement(Value member, List<Index> here, Inliner inliner) {
    Comprehension comprehension = member.comprehension();
    Scalar known = inliner.known(member, here);
    if (known != null) {
      return known;
    }
    Scalar body =
        Inliner.rounded(member, inliner.body(member, comprehension, here, Condition.ALWAYS));
    Scalar named = body instanceof Scalar.Literal ? body : inliner.let(body);
    inliner.define(member, here, named);
    return named;
  }

  private Buffer buffer(Value value) {
    Value memory = plan.storage().memory(inPlace.getOrDefault(value, value));
    return buffers.computeIfAbsent(
        memory, _ -> Buffer.global("b" + buffers.size(), plan.storage().type(memory)));
  }

  private List<Stmt> fold(ReduceFn fn, Buffer acc, Comprehension comprehension, List<Index> here) {
    Inliner inner = new Inliner(plan, this::buffer, names);
    Scalar body = inner.body(group.first(), comprehension, here, Condition.ALWAYS);
    List<Stmt> step = new ArrayList<>(inner.block());
    step.add(new Stmt.Store(acc, List.of(), new Scalar.Binary(fn.fn(), read(acc), body)));
    List<Stmt> statements = new ArrayList<>();
    statements.add(new Stmt.Declare(acc));
    statements.add(
        new Stmt.Store(acc, List.of(), Scalar.literal(fn.identity(), acc.type().dtype())));
    statements.addAll(nest(reduced(comprehension), step));
    return statements;
  }

  private List<Stmt> greatest(
      Comprehension.Fold.Greatest fold,
      Comprehension comprehension,
      List<Index> here,
      Inliner outer) {
    Value first = group.first();
    DType type = first.operand(0).type().dtype().computed();
    Buffer best = Buffer.register("best", TensorType.of(type));
    Buffer place = Buffer.register("place", TensorType.of(DType.I32));
    Inliner inner = new Inliner(plan, this::buffer, names);
    Scalar found = inner.let(inner.body(first, comprehension, here, Condition.ALWAYS));
    Scalar greater = found.is(BinaryFn.GT, read(best));
    Scalar better =
        inner.let(new Scalar.Binary(BinaryFn.OR, greater, found.is(BinaryFn.NE, found)));
    List<Stmt> step = new ArrayList<>(inner.block());
    step.add(new Stmt.Store(best, List.of(), better.choose(found, read(best))));
    step.add(
        new Stmt.Store(
            place, List.of(), better.choose(new Scalar.Position(fold.position()), read(place))));
    List<Stmt> statements = new ArrayList<>();
    statements.add(new Stmt.Declare(best));
    statements.add(new Stmt.Declare(place));
    statements.add(new Stmt.Store(best, List.of(), Scalar.literal(Double.NEGATIVE_INFINITY, type)));
    statements.add(new Stmt.Store(place, List.of(), fold.otherwise()));
    statements.addAll(nest(comprehension.reduced(), step));
    outer.define(first, here, outer.let(as(first.type().dtype(), read(place))));
    for (Value member : windowsOf(first)) {
      outer.define(member, here, outer.let(read(best)));
    }
    return statements;
  }

  private static Scalar as(DType type, Scalar scalar) {
    return scalar.type() == type ? scalar : new Scalar.Cast(type, scalar);
  }

  /** Whether each fold is of one element. */
  private static boolean isOne(Comprehension comprehension) {
    return comprehension.reduced().stream().allMatch(loop -> loop.extent() == 1);
  }

  private void greatestOfOne(Comprehension comprehension, List<Index> here, Inliner inliner) {
    Value first = group.first();
    inliner.define(first, here, Scalar.literal(0, first.type().dtype()));
    for (Value member : windowsOf(first)) {
      Scalar only = inliner.body(first, comprehension, here, Condition.ALWAYS);
      inliner.define(member, here, inliner.let(only));
    }
  }

  /** The members that are the greatest elements, whose places are {@code first}. */
  private List<Value> windowsOf(Value first) {
    return group.members().stream()
        .filter(member -> member != first && member.op() instanceof Window.WindowReduce)
        .toList();
  }

  private static Scalar read(Buffer register) {
    return new Scalar.Load(register, List.of(), Condition.ALWAYS, 0);
  }

  /** Serial loops, the first outermost, around {@code body}; loops of one turn are left out. */
  static List<Stmt> nest(List<LoopVar> loops, List<Stmt> body) {
    List<Stmt> nested = body;
    for (LoopVar loop : loops.reversed()) {
      if (loop.extent() > 1) {
        nested = List.of(new Stmt.For(loop, LoopKind.SERIAL, nested));
      }
    }
    return nested;
  }

  /** The kernel's name tells what it computes; {@link LowerToKernels} makes it unique. */
  private String name() {
    List<String> ops =
        group.members().stream()
            .map(member -> member.op().mnemonic())
            .distinct()
            .limit(3)
            .collect(Collectors.toList());
    return String.join("_", ops);
  }
}
