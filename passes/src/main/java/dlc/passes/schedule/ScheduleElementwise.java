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
import java.util.function.UnaryOperator;

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
    long operations = nest.elements() * Work.operations(nest.after()) / lanes;
    List<LoopVar> outer = new ArrayList<>(collapsed.loops());
    LoopVar along = along(outer, collapsed.body(), lanes);
    outer.remove(along);
    Optional<LoopVar> rows =
        nest.phases().isEmpty() ? Squares.rows(outer, along, collapsed.body()) : Optional.empty();
    Optional<Ranges> ranges =
        rows.isEmpty() ? Ranges.of(along, collapsed.body()) : Optional.empty();
    LoopVar inner = ranges.map(Ranges::within).orElse(along);
    outer.removeAll(rows.stream().toList());
    boolean inTurns = inner.extent() % (turns * lanes) == 0 && ExpandMath.expands(collapsed.body());
    int width = inTurns && rows.isEmpty() ? turns * lanes : lanes;
    Pieces pieces = Pieces.of(inner, width, collapsed.body());
    UnaryOperator<List<Stmt>> vectorized =
        body ->
            pieces.map(
                piece -> {
                  List<Stmt> moved = Rewriting.substitute(body, Map.of(inner, piece.at()));
                  return rows.isPresent()
                      ? Squares.of(rows.get(), piece, moved)
                      : Rewriting.nest(
                          nest.phases(),
                          LoopKind.UNROLLED,
                          Rewriting.lanes(piece.lane(), Rewriting.guarded(piece.inside(), moved)));
                });
    // What is different in each vector of a short row is written out.
    boolean writtenOut =
        rows.isEmpty() && pieces.pieces().size() > 1 && pieces.blocks().extent() <= WRITTEN_OUT;
    LoopKind kind = writtenOut ? LoopKind.UNROLLED : LoopKind.SERIAL;
    if (ranges.isPresent()) {
      outer.add(ranges.get().parts());
      List<Stmt> parts =
          ranges
              .get()
              .map(body -> Rewriting.nest(List.of(pieces.blocks()), kind, vectorized.apply(body)));
      return Work.share(threads, outer, operations, parts);
    }
    List<Stmt> vectors = vectorized.apply(collapsed.body());
    if (writtenOut) {
      vectors = Rewriting.nest(List.of(pieces.blocks()), kind, vectors);
    } else {
      outer.add(pieces.blocks());
    }
    return Work.share(threads, outer, operations, vectors);
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
