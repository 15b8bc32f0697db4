// SPDX-License-Identifier: Apache-2.0
package dlc.passes.lower;

import dlc.ir.Value;
import dlc.ir.kernel.Stmt;
import dlc.ir.op.Comprehension;
import dlc.ir.op.Computed;
import dlc.ir.op.ReduceFn;
import dlc.ir.scalar.BinaryFn;
import dlc.ir.scalar.Buffer;
import dlc.ir.scalar.Condition;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import dlc.ir.scalar.Scalar;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A sum of what names the place where it belongs: each term is added to its place, where the fold
 * as it is defined would look at all terms for each place.
 *
 * <pre>
 * result[i] = sum over r of (index[r] == i ? x[r] : 0)
 *   =>  serial i { result[i] = 0 }  serial r { result[index[r]] = result[index[r]] + x[r] }
 * </pre>
 *
 * @param comprehension the sum
 * @param place the loop that the index is compared with
 */
record Scatter(Comprehension comprehension, LoopVar place) {

  /** So few terms are summed for each place. */
  private static final int FEW = 4;

  /** The sum that {@code value} is, if it is one of this kind and of many terms. */
  static Optional<Scatter> of(Value value) {
    if (!(value.op() instanceof Computed) || value.type().dtype().isNarrow()) {
      return Optional.empty();
    }
    Comprehension sum = value.comprehension();
    long terms = sum.reduced().stream().mapToLong(LoopVar::extent).reduce(1, (x, y) -> x * y);
    if (terms > FEW
        && sum.fold().equals(new Comprehension.Fold.By(ReduceFn.SUM))
        && sum.body() instanceof Scalar.Select(Scalar test, Scalar _, Scalar otherwise)
        && otherwise instanceof Scalar.Literal(double zero, var _)
        && zero == 0
        && test instanceof Scalar.Binary(BinaryFn fn, Scalar.Arg _, Scalar.Position(Index at))
        && fn == BinaryFn.EQ) {
      return sum.loops().stream()
          .filter(loop -> loop.index().equals(at))
          .findFirst()
          .map(loop -> new Scatter(sum, loop));
    }
    return Optional.empty();
  }

  /** The statements that clear {@code buffer} and add to it, by {@code inliner}. */
  List<Stmt> write(Value value, Buffer buffer, Storage storage, Inliner inliner) {
    List<Index> here = Comprehension.indices(comprehension.loops());
    Scalar zero = Scalar.literal(0, buffer.type().dtype());
    Stmt clear = new Stmt.Store(buffer, storage.place(value, here), zero);
    Scalar.Select term = (Scalar.Select) inliner.body(value, comprehension, here, Condition.ALWAYS);
    Scalar index = ((Scalar.Binary) term.test()).lhs();
    Index row = Index.of(new Index.Dynamic(index, place.extent()));
    List<Index> there = here.stream().map(at -> at.equals(place.index()) ? row : at).toList();
    List<Index> at = storage.place(value, there);
    Scalar sum = new Scalar.Load(buffer, at, Condition.ALWAYS, 0).plus(term.whenTrue());
    List<Stmt> step = new ArrayList<>(inliner.block());
    step.add(
        new Stmt.If(
            Condition.inRange(row, 0, place.extent()), List.of(new Stmt.Store(buffer, at, sum))));
    List<LoopVar> loops = new ArrayList<>(comprehension.reduced());
    loops.addAll(comprehension.loops());
    loops.remove(place);
    List<Stmt> statements = new ArrayList<>(WriteGroup.nest(comprehension.loops(), List.of(clear)));
    statements.addAll(WriteGroup.nest(loops, step));
    return statements;
  }
}
