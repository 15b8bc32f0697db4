// SPDX-License-Identifier: Apache-2.0
package dlc.ir.kernel;

import dlc.ir.scalar.Buffer;
import dlc.ir.scalar.Condition;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import dlc.ir.scalar.Scalar;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * How far a kernel goes into its arguments: a call may give it memory that ends where it stops, and
 * not where the argument's type does.
 */
public final class Reach {

  private final Map<String, Long> elements = new HashMap<>();

  private Reach() {}

  /** For each buffer by its name, how many elements from the first to the last that is used. */
  public static Map<String, Long> of(Kernel kernel) {
    Reach reach = new Reach();
    reach.block(kernel.body(), index -> index);
    return reach.elements;
  }

  /**
   * @param narrow makes indices of counters bounded by the conditions that {@code statements} are
   *     under
   */
  private void block(List<Stmt> statements, UnaryOperator<Index> narrow) {
    for (Stmt statement : statements) {
      switch (statement) {
        case Stmt.For loop -> block(loop.body(), narrow);
        case Stmt.If branch -> {
          Map<LoopVar, Index> bounded = branch.when().map(narrow).narrowed();
          block(
              branch.body(),
              index ->
                  narrow.apply(index).substitute(loop -> bounded.getOrDefault(loop, loop.index())));
        }
        case Stmt.Let let -> scalar(let.value(), narrow);
        case Stmt.Store store -> {
          meet(store.buffer(), store.at(), Condition.ALWAYS, narrow);
          scalar(store.value(), narrow);
        }
        case Stmt.Declare _ -> {}
      }
    }
  }

  private void scalar(Scalar scalar, UnaryOperator<Index> narrow) {
    scalar.parts().forEach(part -> scalar(part, narrow));
    if (scalar instanceof Scalar.Load load) {
      meet(load.buffer(), load.at(), load.when(), narrow);
    }
    for (Index index : scalar.indices()) {
      index.mapDynamic(
          read -> {
            scalar(read, narrow);
            return read;
          });
    }
  }

  private void meet(Buffer buffer, List<Index> at, Condition when, UnaryOperator<Index> narrow) {
    Condition inside = when.map(narrow);
    long last = 0;
    for (int axis = 0; axis < at.size(); axis++) {
      int dim = buffer.type().dim(axis);
      int highest = highest(narrow.apply(at.get(axis)), inside);
      last = last * dim + Math.min(highest, dim - 1);
    }
    elements.merge(buffer.name(), last + 1, Math::max);
  }

  /** No more than {@code index} is {@code when} that holds. */
  private static int highest(Index index, Condition when) {
    int highest = index.max();
    for (Condition.Test test : when.tests()) {
      if (test instanceof Condition.InRange(Index tested, int _, int high)) {
        highest = Math.min(highest, digits(index.minus(tested)).max() + high - 1);
      }
    }
    return highest;
  }

  /** {@code index} with counters written by the digits that it uses of them. */
  private static Index digits(Index index) {
    Map<LoopVar, Index> digits = new HashMap<>();
    for (Index.Term term : index.terms()) {
      if (term.atom() instanceof Index.Remainder(Index dividend, int divisor)
          && dividend.terms().size() == 1
          && dividend.terms().getFirst().atom() instanceof LoopVar loop
          && loop.extent() % divisor == 0) {
        LoopVar low = new LoopVar(loop.name() + "_low", divisor);
        LoopVar high = new LoopVar(loop.name() + "_high", loop.extent() / divisor);
        digits.put(loop, high.index().times(divisor).plus(low.index()));
      }
    }
    return index.substitute(loop -> digits.getOrDefault(loop, loop.index()));
  }
}
