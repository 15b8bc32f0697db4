// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import dlc.ir.kernel.LoopKind;
import dlc.ir.kernel.Stmt;
import dlc.ir.kernel.Target;
import dlc.ir.scalar.LoopVar;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Vectorizes a kernel that computes each element by itself along its innermost loop.
 *
 * <pre>
 * parallel p { lanes l < 16 { a[16 * p + l] = … } }
 * </pre>
 */
final class ScheduleElementwise {

  private static final int WRITTEN_OUT = 4;

  private ScheduleElementwise() {}

  static List<Stmt> run(PlainNest nest, int lanes, Target target) {
    return run(nest, lanes, target.hasLongVectors() ? 2 : 1, Work.Threads.ALL);
  }

  static List<Stmt> run(PlainNest nest, int lanes, Work.Threads threads) {
    return run(nest, lanes, 1, threads);
  }

  /** The steps of a polynomial wait for each other: those of {@code turns} vectors take turns. */
  private static List<Stmt> run(PlainNest nest, int lanes, int turns, Work.Threads threads) {
    Collapse.Collapsed collapsed = Collapse.run(nest.loops(), nest.after());
    if (collapsed.loops().isEmpty()) {
      return Rewriting.nest(nest.phases(), LoopKind.UNROLLED, collapsed.body());
    }
    List<Stmt> body = collapsed.body();
    long operations = nest.elements() * Work.operations(nest.after()) / lanes;
    List<LoopVar> outer = new ArrayList<>(collapsed.loops());
    LoopVar inner = along(outer, body, lanes);
    outer.remove(inner);
    Optional<Squares> squares =
        nest.phases().isEmpty() ? Squares.find(outer, inner, lanes, body) : Optional.empty();
    if (squares.isPresent()) {
      Pieces pieces = Pieces.of(inner, lanes, body);
      List<LoopVar> loops = new ArrayList<>(squares.get().outer());
      loops.add(pieces.blocks());
      List<Stmt> copied = squares.get().body();
      return Work.share(
          threads,
          loops,
          operations,
          pieces.map(piece -> squares.get().copy(piece, moved(copied, inner, piece))));
    }
    Optional<Ranges> ranges = Ranges.of(inner, body);
    if (ranges.isPresent()) {
      outer.add(ranges.get().parts());
      LoopVar within = ranges.get().within();
      return Work.share(
          threads,
          outer,
          operations,
          ranges.get().map(part -> Row.of(nest, within, part, lanes, turns).whole()));
    }
    Row row = Row.of(nest, inner, body, lanes, turns);
    if (row.isShort()) {
      return Work.share(threads, outer, operations, row.whole());
    }
    outer.add(row.pieces().blocks());
    return Work.share(threads, outer, operations, row.vectors());
  }

  private static List<Stmt> moved(List<Stmt> body, LoopVar loop, Pieces.Piece piece) {
    return Rewriting.substitute(body, Map.of(loop, piece.at()));
  }

  /** The vectors of one turn of the outer loops, of which {@code pieces} counts the blocks. */
  private record Row(Pieces pieces, List<Stmt> vectors) {

    static Row of(PlainNest nest, LoopVar loop, List<Stmt> body, int lanes, int turns) {
      boolean inTurns = loop.extent() % (turns * lanes) == 0 && ExpandMath.expands(body);
      Pieces pieces = Pieces.of(loop, inTurns ? turns * lanes : lanes, body);
      return new Row(pieces, pieces.map(piece -> vector(nest.phases(), loop, body, piece)));
    }

    private static List<Stmt> vector(
        List<LoopVar> phases, LoopVar loop, List<Stmt> body, Pieces.Piece piece) {
      List<Stmt> guarded = Rewriting.guarded(piece.inside(), moved(body, loop, piece));
      return Rewriting.nest(phases, LoopKind.UNROLLED, Rewriting.lanes(piece.lane(), guarded));
    }

    /** Whether it has few vectors, in each of which something else is done. */
    boolean isShort() {
      return pieces.pieces().size() > 1 && pieces.blocks().extent() <= WRITTEN_OUT;
    }

    /** All vectors one after the other, those of a short row written out. */
    List<Stmt> whole() {
      LoopKind kind = isShort() ? LoopKind.UNROLLED : LoopKind.SERIAL;
      return Rewriting.nest(List.of(pieces.blocks()), kind, vectors);
    }
  }

  /**
   * The innermost loop, or where that is too short for vectors the next one with enough turns along
   * which memory is walked in steps so small that vectors are shuffled, not gathered.
   */
  private static LoopVar along(List<LoopVar> loops, List<Stmt> body, int lanes) {
    LoopVar last = loops.getLast();
    if (last.extent() >= lanes) {
      return last;
    }
    return loops.reversed().stream()
        .filter(loop -> loop.extent() >= lanes && isShuffled(loop, body))
        .findFirst()
        .orElse(last);
  }

  private static boolean isShuffled(LoopVar loop, List<Stmt> body) {
    boolean[] shuffled = {true};
    Rewriting.visitIndices(
        body,
        index ->
            shuffled[0] &=
                !index.isIrregularIn(loop)
                    && index.stride(loop) >= 0
                    && index.stride(loop) <= Access.MAX_STEP,
        _ -> {});
    return shuffled[0];
  }
}
