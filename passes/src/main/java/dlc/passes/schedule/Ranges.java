// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import dlc.ir.DType;
import dlc.ir.kernel.Stmt;
import dlc.ir.scalar.BinaryFn;
import dlc.ir.scalar.Condition;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import dlc.ir.scalar.Scalar;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * A loop in parts, where what its body does is another thing in each, as where tensors are put side
 * by side: what a part does not need is not read.
 *
 * <pre>
 * serial d < 64 { y[d] = (d < 32 ? a[d] : 0.0) + (d >= 32 ? b[d - 32] : 0.0) }
 *   =>  serial s < 2 {
 *         if s is 0 { serial d < 32 { y[d] = a[d] + 0.0 } }
 *         if s is 1 { serial d < 32 { y[d + 32] = 0.0 + b[d] } } }
 * </pre>
 *
 * @param parts counts the parts
 * @param within the loop in a part
 * @param bodies what is done in each part
 */
record Ranges(LoopVar parts, LoopVar within, List<List<Stmt>> bodies) {

  /** Parts of fewer turns have too few vectors. */
  private static final int LEAST = 32;

  /** More parts are too much code. */
  private static final int MOST = 8;

  /** Nothing where {@code body} does the same in all of {@code loop}. */
  static Optional<Ranges> of(LoopVar loop, List<Stmt> body) {
    int size = size(loop, body);
    if (size < LEAST || size == loop.extent() || loop.extent() / size > MOST) {
      return Optional.empty();
    }
    LoopVar parts = new LoopVar("s", loop.extent() / size);
    LoopVar within = new LoopVar(loop.name(), size);
    List<List<Stmt>> bodies = new ArrayList<>();
    for (int part = 0; part < parts.extent(); part++) {
      Index at = within.index().plus(part * size);
      bodies.add(
          used(
              Rewriting.mapScalars(
                  Rewriting.substitute(body, Map.of(loop, at)), Ranges::withoutWhatNeverHolds)));
    }
    return Optional.of(new Ranges(parts, within, bodies));
  }

  /** What {@code vectors} makes of the body of each part. */
  List<Stmt> map(UnaryOperator<List<Stmt>> vectors) {
    List<Stmt> statements = new ArrayList<>();
    for (int part = 0; part < bodies.size(); part++) {
      Condition here = Condition.inRange(parts.index(), part, part + 1);
      statements.addAll(Rewriting.guarded(here, vectors.apply(bodies.get(part))));
    }
    return statements;
  }

  /** The greatest size of parts in which each range of {@code loop} begins and ends with a part. */
  private static int size(LoopVar loop, List<Stmt> body) {
    int[] size = {loop.extent()};
    Rewriting.visitIndices(
        body,
        _ -> {},
        when -> {
          for (Condition.Test test : when.tests()) {
            if (test instanceof Condition.InRange(Index index, int low, int high)) {
              Index rest = index.minus(loop.index());
              if (rest.isConstant()) {
                size[0] = divisor(size[0], low - rest.constant());
                size[0] = divisor(size[0], high - rest.constant());
              }
            }
          }
        });
    return size[0];
  }

  private static int divisor(int x, int y) {
    return BigInteger.valueOf(x).gcd(BigInteger.valueOf(y)).intValueExact();
  }

  private static Scalar withoutWhatNeverHolds(Scalar scalar) {
    return switch (scalar) {
      case Scalar.Load load when load.when().neverHolds() ->
          Scalar.literal(load.otherwise(), load.type());
      case Scalar.Holds(Condition when) when when.neverHolds() -> new Scalar.Literal(0, DType.BOOL);
      case Scalar.Holds(Condition when) when when.always() -> new Scalar.Literal(1, DType.BOOL);
      case Scalar.Select(Scalar test, Scalar x, Scalar y)
          when test instanceof Scalar.Literal(double holds, var _) ->
          holds != 0 ? x : y;
      case Scalar.Binary(BinaryFn fn, Scalar x, Scalar y)
          when fn == BinaryFn.LT
              && x instanceof Scalar.Position(Index at)
              && y instanceof Scalar.Literal(double limit, var _)
              && (at.max() < limit || at.min() >= limit) ->
          new Scalar.Literal(at.max() < limit ? 1 : 0, DType.BOOL);
      default -> scalar;
    };
  }

  /** {@code body} without the lets that nothing uses. */
  private static List<Stmt> used(List<Stmt> body) {
    List<Stmt> kept = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Stmt statement : body.reversed()) {
      if (!(statement instanceof Stmt.Let(String name, var _)) || names.contains(name)) {
        kept.addFirst(statement);
        Rewriting.visitScalars(
            List.of(statement),
            scalar -> {
              if (scalar instanceof Scalar.Local local) {
                names.add(local.name());
              }
            });
      }
    }
    return kept;
  }
}
