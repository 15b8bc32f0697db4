// SPDX-License-Identifier: Apache-2.0
package dlc.ir.op;

import dlc.ir.scalar.BinaryFn;
import dlc.ir.scalar.Condition;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import dlc.ir.scalar.Scalar;
import java.util.ArrayList;
import java.util.List;

/**
 * The elements of a tensor as a formula: for each {@code loops}, the {@code body} folded over
 * {@code reduced}.
 *
 * <p>There is one loop for each dimension of the result. {@code Arg(i)} in the body is operand
 * {@code i} read by {@code accesses(i)}. A matrix product is
 *
 * <pre>
 * result[i, j] = sum over k of lhs[i, k] * rhs[k, j]
 * </pre>
 */
public record Comprehension(
    List<LoopVar> loops, List<LoopVar> reduced, List<Access> accesses, Fold fold, Scalar body) {

  /**
   * The element of an operand that is read: at {@code at}, or {@code otherwise} where not {@code
   * when}.
   */
  public record Access(List<Index> at, Condition when, double otherwise) {
    public Access {
      at = List.copyOf(at);
    }

    public static Access of(List<Index> at) {
      return new Access(at, Condition.ALWAYS, 0);
    }
  }

  /** How the values of the reduced loops become one. */
  public sealed interface Fold {
    /** There is one value. */
    record None() implements Fold {}

    /** By a function, from its identity, in any order. */
    record By(ReduceFn fn) implements Fold {}

    /**
     * {@code position} of the greatest value, the first of equals; a NaN is the greatest. It is
     * {@code otherwise} where no value is greater than minus infinity.
     */
    record Greatest(Index position, Scalar otherwise) implements Fold {}
  }

  public Comprehension {
    loops = List.copyOf(loops);
    reduced = List.copyOf(reduced);
    accesses = List.copyOf(accesses);
  }

  /** The formula of a result element from one element of each operand. */
  static Comprehension of(List<LoopVar> loops, List<Access> accesses, Scalar body) {
    return new Comprehension(loops, List.of(), accesses, new Fold.None(), body);
  }

  /** The formula of a sum of products, as contractions are. */
  static Comprehension product(List<LoopVar> loops, List<LoopVar> reduced, Access lhs, Access rhs) {
    return new Comprehension(
        loops,
        reduced,
        List.of(lhs, rhs),
        new Fold.By(ReduceFn.SUM),
        new Scalar.Binary(BinaryFn.MUL, new Scalar.Arg(0), new Scalar.Arg(1)));
  }

  /** One loop for each of {@code dims}, called {@code name} and its number. */
  public static List<LoopVar> loops(String name, List<Integer> dims) {
    List<LoopVar> loops = new ArrayList<>();
    for (int axis = 0; axis < dims.size(); axis++) {
      loops.add(new LoopVar(name + axis, dims.get(axis)));
    }
    return loops;
  }

  /** The counters as indices. */
  public static List<Index> indices(List<LoopVar> loops) {
    return loops.stream().map(LoopVar::index).toList();
  }
}
