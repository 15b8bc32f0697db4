// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import dlc.ir.kernel.LoopKind;
import dlc.ir.kernel.Stmt;
import dlc.ir.scalar.Condition;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Copies of memory that lies along one loop to memory that lies along another, in squares of as
 * many rows as a vector has lanes: a backend reads a square row by row and turns it in registers.
 *
 * <pre>
 * serial t < 4 { unrolled i < 16 { lanes l < 16 { y[…, 16 * t + i, l] = x[…, l, 16 * t + i] } } }
 * </pre>
 */
final class Squares {

  /** Smaller squares are not worth the turning. */
  private static final int LEAST = 4;

  private Squares() {}

  /**
   * The one of {@code outer} along which everything lies that {@code body} reads; nothing where
   * that is read well along {@code inner}.
   */
  static Optional<LoopVar> rows(List<LoopVar> outer, LoopVar inner, List<Stmt> body) {
    List<Access> accesses = Access.of(body);
    List<Access> reads = accesses.stream().filter(access -> !access.isWrite()).toList();
    List<Access> writes = accesses.stream().filter(Access::isWrite).toList();
    if (body.stream().anyMatch(statement -> statement instanceof Stmt.If)
        || writes.size() != 1
        || writes.getFirst().stride(inner) != 1
        || reads.stream().noneMatch(read -> read.stride(inner) > Access.MAX_STEP)) {
      return Optional.empty();
    }
    return outer.reversed().stream()
        .filter(loop -> loop.extent() >= LEAST)
        .filter(loop -> reads.stream().anyMatch(read -> read.stride(loop) == 1))
        .filter(loop -> reads.stream().allMatch(read -> isAlong(read.place(), loop)))
        .findFirst();
  }

  private static boolean isAlong(Index place, LoopVar loop) {
    return !place.isIrregularIn(loop) && (place.stride(loop) == 0 || place.stride(loop) == 1);
  }

  /** What {@code piece} of the innermost loop does with all of {@code rows}. */
  static List<Stmt> of(LoopVar rows, Pieces.Piece piece, List<Stmt> body) {
    int side = piece.lane().extent();
    if (side < LEAST || rows.extent() < side || !piece.inside().always()) {
      return Rewriting.nest(
          List.of(rows),
          LoopKind.SERIAL,
          Rewriting.lanes(piece.lane(), Rewriting.guarded(piece.inside(), body)));
    }
    int full = rows.extent() / side;
    int rest = rows.extent() % side;
    LoopVar turn = new LoopVar("t", full + (rest > 0 ? 1 : 0));
    LoopVar row = new LoopVar("u", side);
    LoopVar last = new LoopVar("u", Math.max(rest, 1));
    List<Stmt> statements = new ArrayList<>();
    statements.addAll(
        Rewriting.guarded(
            Condition.inRange(turn.index(), 0, full),
            Rewriting.nest(
                List.of(row),
                LoopKind.UNROLLED,
                lanes(piece, body, rows, turn.index().times(side).plus(row.index())))));
    if (rest > 0) {
      statements.addAll(
          Rewriting.guarded(
              Condition.inRange(turn.index(), full, full + 1),
              Rewriting.nest(
                  List.of(last),
                  LoopKind.SERIAL,
                  lanes(piece, body, rows, last.index().plus(full * side)))));
    }
    return Rewriting.nest(List.of(turn), LoopKind.SERIAL, statements);
  }

  private static List<Stmt> lanes(Pieces.Piece piece, List<Stmt> body, LoopVar rows, Index at) {
    return Rewriting.lanes(piece.lane(), Rewriting.substitute(body, Map.of(rows, at)));
  }
}
