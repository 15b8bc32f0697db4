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
 *
 * <p>Of reading and writing, the one whose steps are smaller walks on first.
 *
 * @param outer the loops around the one along which is written
 * @param rows the loop along which is read, inside of that
 * @param body the statements by these loops
 */
record Squares(List<LoopVar> outer, LoopVar rows, List<Stmt> body) {

  /** Smaller squares are not worth the turning. */
  private static final int LEAST = 4;

  /**
   * Of copies to memory along {@code inner}, in {@code outer} loops of which one is such that
   * everything lies along it that {@code body} reads; nothing where that is read well along {@code
   * inner}.
   */
  static Optional<Squares> find(List<LoopVar> outer, LoopVar inner, int lanes, List<Stmt> body) {
    List<Access> accesses = Access.of(body);
    List<Access> reads = accesses.stream().filter(access -> !access.isWrite()).toList();
    List<Access> writes = accesses.stream().filter(Access::isWrite).toList();
    long farthest = reads.stream().mapToLong(read -> read.stride(inner)).max().orElse(0);
    if (body.stream().anyMatch(statement -> statement instanceof Stmt.If)
        || writes.size() != 1
        || writes.getFirst().stride(inner) != 1
        || farthest <= Access.MAX_STEP) {
      return Optional.empty();
    }
    return outer.reversed().stream()
        .filter(loop -> loop.extent() >= LEAST)
        .filter(loop -> reads.stream().anyMatch(read -> read.stride(loop) == 1))
        .filter(loop -> reads.stream().allMatch(read -> isAlong(read.place(), loop)))
        .findFirst()
        .map(rows -> of(outer, rows, lanes, body, writes.getFirst().stride(rows) > farthest));
  }

  private static Squares of(
      List<LoopVar> loops, LoopVar rows, int lanes, List<Stmt> body, boolean writesFar) {
    List<LoopVar> outer = new ArrayList<>(loops);
    outer.remove(rows);
    if (!writesFar || rows.extent() % lanes != 0) {
      return new Squares(outer, rows, body);
    }
    LoopVar blocks = new LoopVar("block", rows.extent() / lanes);
    LoopVar row = new LoopVar(rows.name(), lanes);
    outer.add(blocks);
    Index at = blocks.index().times(lanes).plus(row.index());
    return new Squares(outer, row, Rewriting.substitute(body, Map.of(rows, at)));
  }

  private static boolean isAlong(Index place, LoopVar loop) {
    return !place.isIrregularIn(loop) && (place.stride(loop) == 0 || place.stride(loop) == 1);
  }

  /** What {@code piece} of the loop along which is written does, {@code body}, with all rows. */
  List<Stmt> copy(Pieces.Piece piece, List<Stmt> body) {
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
                lanes(piece, body, turn.index().times(side).plus(row.index())))));
    if (rest > 0) {
      statements.addAll(
          Rewriting.guarded(
              Condition.inRange(turn.index(), full, full + 1),
              Rewriting.nest(
                  List.of(last),
                  LoopKind.SERIAL,
                  lanes(piece, body, last.index().plus(full * side)))));
    }
    return Rewriting.nest(List.of(turn), LoopKind.SERIAL, statements);
  }

  private List<Stmt> lanes(Pieces.Piece piece, List<Stmt> body, Index at) {
    return Rewriting.lanes(piece.lane(), Rewriting.substitute(body, Map.of(rows, at)));
  }
}
