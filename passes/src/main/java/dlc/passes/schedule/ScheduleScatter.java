// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import dlc.ir.kernel.Kernel;
import dlc.ir.kernel.LoopKind;
import dlc.ir.kernel.Stmt;
import dlc.ir.scalar.LoopVar;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Vectorizes a kernel that clears memory and then adds to it at places known at run time, along the
 * last loop: terms are added in order, and threads share the columns.
 *
 * <pre>
 * parallel p { lanes l { y[…] = 0 } }
 * parallel p { serial r { if 0 <= index[r] < 7 { lanes l { y[index[r], 16 * p + l] = … } } } }
 * </pre>
 */
final class ScheduleScatter {

  private ScheduleScatter() {}

  /** Whether {@code kernel} is of that kind. */
  static boolean fits(Kernel kernel) {
    return kernel.body().size() == 2 && kernel.body().stream().allMatch(Stmt.For.class::isInstance);
  }

  static List<Stmt> run(Kernel kernel, int lanes) {
    PlainNest clear = PlainNest.of(kernel.with(kernel.body().subList(0, 1)));
    List<Stmt> statements =
        new ArrayList<>(ScheduleElementwise.run(clear, lanes, Work.Threads.ALL));
    PlainNest add = PlainNest.of(kernel.with(kernel.body().subList(1, 2)));
    statements.addAll(add(add, lanes));
    return statements;
  }

  private static List<Stmt> add(PlainNest nest, int lanes) {
    List<LoopVar> outer = new ArrayList<>(nest.loops());
    LoopVar inner = outer.removeLast();
    if (!isContiguous(inner, nest.after())) {
      return Rewriting.nest(nest.loops(), LoopKind.SERIAL, nest.after());
    }
    Pieces pieces = Pieces.of(inner, lanes, nest.after());
    long operations = nest.elements() * Work.operations(nest.after()) / lanes;
    List<Stmt> vectors =
        pieces.map(
            piece -> {
              List<Stmt> body = Rewriting.substitute(nest.after(), Map.of(inner, piece.at()));
              List<Stmt> lane =
                  Rewriting.lanes(piece.lane(), Rewriting.guarded(piece.inside(), body));
              return Rewriting.nest(outer, LoopKind.SERIAL, lane);
            });
    return Work.share(List.of(pieces.blocks()), operations, vectors);
  }

  /** Whether different turns of {@code loop} go to different places, which lie side by side. */
  private static boolean isContiguous(LoopVar loop, List<Stmt> body) {
    boolean[] contiguous = {true};
    Rewriting.visitIndices(
        body,
        index -> contiguous[0] &= !index.isIrregularIn(loop) && index.stride(loop) == 1,
        when -> contiguous[0] &= !when.dependsOn(loop));
    return contiguous[0];
  }
}
