// SPDX-License-Identifier: Apache-2.0
package dlc.passes.lower;

import dlc.ir.DType;
import dlc.ir.Value;
import dlc.ir.kernel.Stmt;
import dlc.ir.op.Comprehension;
import dlc.ir.op.Elementwise;
import dlc.ir.op.Layout;
import dlc.ir.op.Leaf;
import dlc.ir.op.Lookup;
import dlc.ir.scalar.Buffer;
import dlc.ir.scalar.Condition;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import dlc.ir.scalar.Scalar;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Writes the statements that compute values which are not in memory, in one block.
 *
 * <p>Each value at each place is computed once in the block.
 */
final class Inliner {

  /** What was computed holds where {@code guard} does. */
  private record Key(Value value, List<Index> at, Condition guard) {}

  private final FusionPlan plan;
  private final Function<Value, Buffer> buffers;
  private final Names names;
  private final List<Stmt> block = new ArrayList<>();
  private final Map<Key, Scalar> known = new HashMap<>();

  /** Names for lets, unique in a kernel. */
  static final class Names {
    private int next;

    String fresh() {
      return "v" + next++;
    }
  }

  Inliner(FusionPlan plan, Function<Value, Buffer> buffers, Names names) {
    this.plan = plan;
    this.buffers = buffers;
    this.names = names;
  }

  /** The statements so far. */
  List<Stmt> block() {
    return block;
  }

  /** Makes {@code scalar} the element of {@code value} at {@code at}. */
  void define(Value value, List<Index> at, Scalar scalar) {
    known.put(new Key(value, at, Condition.ALWAYS), scalar);
  }

  /** The element of {@code value} at {@code at} if it is computed already. */
  @Nullable Scalar known(Value value, List<Index> at) {
    return known.get(new Key(value, at, Condition.ALWAYS));
  }

  /** Names {@code scalar}. */
  Scalar let(Scalar scalar) {
    Stmt.Let let = new Stmt.Let(names.fresh(), scalar);
    block.add(let);
    return let.local();
  }

  /** {@code index}, in which {@code loops} count, at {@code at}. */
  static Index moved(Index index, List<LoopVar> loops, List<Index> at) {
    return index.substitute(
        loop -> {
          int axis = loops.indexOf(loop);
          return axis < 0 ? loop.index() : at.get(axis);
        });
  }

  /** The body of the comprehension of {@code value} at {@code at}. */
  Scalar body(Value value, Comprehension comprehension, List<Index> at, Condition guard) {
    List<Scalar> arguments = new ArrayList<>();
    for (int i = 0; i < value.operands().size(); i++) {
      arguments.add(null);
    }
    // Later operands first: an access may read its place from a later operand.
    for (int i = value.operands().size() - 1; i >= 0; i--) {
      arguments.set(
          i,
          argument(
              value.operand(i),
              comprehension.accesses().get(i),
              comprehension,
              at,
              guard,
              arguments));
    }
    // Moved first: the arguments are in terms of the loops around already.
    return comprehension
        .body()
        .substitute(loop -> moved(loop.index(), comprehension.loops(), at))
        .fill(arguments);
  }

  private Scalar argument(
      Value operand,
      Comprehension.Access access,
      Comprehension comprehension,
      List<Index> at,
      Condition guard,
      List<Scalar> arguments) {
    UnaryOperator<Index> move =
        index -> moved(index, comprehension.loops(), at).mapDynamic(value -> value.fill(arguments));
    List<Index> from = access.at().stream().map(move).toList();
    Condition when = access.when().map(move);
    if (when.always()) {
      return element(operand, from, guard);
    }
    if (plan.inMemory(operand)) {
      return new Scalar.Load(
          view(operand), plan.storage().place(operand, from), guard.and(when), access.otherwise());
    }
    return new Scalar.Holds(when)
        .choose(
            element(operand, from, guard.and(when)),
            Scalar.literal(access.otherwise(), operand.type().dtype()));
  }

  /** The element of {@code value} at {@code at}, which lies inside where {@code guard} holds. */
  Scalar element(Value value, List<Index> at, Condition guard) {
    if (value.op() instanceof Leaf.Constant constant && FusionPlan.isNumber(value)) {
      return Scalar.literal(constant.element(0), value.type().dtype());
    }
    Scalar everywhere = known(value, at);
    Scalar defined = everywhere != null ? everywhere : known.get(new Key(value, at, guard));
    if (defined != null) {
      return defined;
    }
    if (plan.inMemory(value)) {
      return new Scalar.Load(view(value), plan.storage().place(value, at), guard, 0);
    }
    Scalar body = body(value, value.comprehension(), at, guard);
    if (value.op() instanceof Layout && !(value.op() instanceof Layout.Concat)) {
      return body;
    }
    Scalar named = let(rounded(value, body));
    known.put(new Key(value, at, guard), named);
    return named;
  }

  /** What is computed for an element of {@code value}, with no more digits than its type has. */
  static Scalar rounded(Value value, Scalar computed) {
    DType dtype = value.type().dtype();
    boolean isRound =
        !dtype.isNarrow()
            || value.op() instanceof Layout
            || value.op() instanceof Lookup.Take
            || (value.op() instanceof Elementwise op && op.isExact())
            || (computed instanceof Scalar.Cast cast && cast.target() == dtype);
    return isRound ? computed : new Scalar.Cast(dtype, computed);
  }

  private Buffer view(Value value) {
    Buffer memory = buffers.apply(plan.storage().memory(value));
    return new Buffer(memory.name(), plan.storage().type(value), memory.space());
  }
}
