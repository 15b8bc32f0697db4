// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import dlc.ir.kernel.Stmt;
import dlc.ir.scalar.Condition;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * A loop cut into vectors: full ones, and what remains either as one masked vector or, where memory
 * is not walked evenly and masks are dear, as narrower and narrower ones.
 *
 * @param blocks counts the pieces
 * @param pieces the kinds of pieces
 */
record Pieces(LoopVar blocks, List<Piece> pieces) {

  /**
   * One kind of piece.
   *
   * @param when which of the blocks are of this kind
   * @param lane the counter of the lanes
   * @param at the value of the loop's counter in a lane
   * @param inside where that is a turn of the loop
   */
  record Piece(Condition when, LoopVar lane, Index at, Condition inside) {}

  static Pieces of(LoopVar loop, int lanes, List<Stmt> body) {
    boolean even = isEven(loop, body);
    int width = width(loop.extent(), lanes);
    if (!even && width > loop.extent()) {
      width /= 2;
    }
    int full = loop.extent() / width;
    List<Integer> rest = rest(loop.extent() - full * width, width, even);
    LoopVar blocks = new LoopVar("q", full + rest.size());
    List<Piece> pieces = new ArrayList<>();
    if (full > 0) {
      LoopVar lane = new LoopVar("l", width);
      Index at = blocks.index().times(width).plus(lane.index());
      pieces.add(new Piece(Condition.inRange(blocks.index(), 0, full), lane, at, Condition.ALWAYS));
    }
    int start = full * width;
    for (int i = 0; i < rest.size(); i++) {
      LoopVar lane = new LoopVar("l", rest.get(i));
      Index at = lane.index().plus(start);
      Condition here = Condition.inRange(blocks.index(), full + i, full + i + 1);
      pieces.add(new Piece(here, lane, at, Condition.inRange(at, 0, loop.extent())));
      start += rest.get(i);
    }
    return new Pieces(blocks, pieces);
  }

  private static List<Integer> rest(int left, int width, boolean masked) {
    List<Integer> rest = new ArrayList<>();
    int remaining = left;
    for (int half = masked ? width : width / 2; remaining > 0; half /= 2) {
      if (masked || half <= remaining) {
        rest.add(half);
        remaining -= half;
      }
    }
    return rest;
  }

  /** As many lanes as there are, or the next power of two when the loop is shorter. */
  private static int width(int extent, int lanes) {
    int width = lanes;
    while (width > 1 && width / 2 >= extent) {
      width /= 2;
    }
    return width;
  }

  /** Whether memory is read and written in vectors, not gathered. */
  static boolean isEven(LoopVar loop, List<Stmt> body) {
    boolean[] even = {true};
    Rewriting.visitIndices(
        body,
        index -> even[0] &= !index.isIrregularIn(loop) && Math.abs(index.stride(loop)) <= 1,
        _ -> {});
    return even[0];
  }

  /** What {@code body} makes of each kind of piece, one after the other. */
  List<Stmt> map(Function<Piece, List<Stmt>> body) {
    List<Stmt> statements = new ArrayList<>();
    for (Piece piece : pieces) {
      statements.addAll(Rewriting.guarded(piece.when(), body.apply(piece)));
    }
    return statements;
  }
}
