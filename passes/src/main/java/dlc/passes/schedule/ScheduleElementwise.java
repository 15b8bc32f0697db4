// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import dlc.ir.kernel.LoopKind;
import dlc.ir.kernel.Stmt;
import dlc.ir.scalar.LoopVar;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Vectorizes a kernel that computes each element by itself along its innermost loop.
 *
 * <pre>
 * parallel p { lanes l < 16 { a[16 * p + l] = … } }
 * </pre>
 */
final class ScheduleElementwise {

  private ScheduleElementwise() {}

  static List<Stmt> run(PlainNest nest, int lanes) {
    Collapse.Collapsed collapsed = Collapse.run(nest.loops(), nest.after());
    if (collapsed.loops().isEmpty()) {
      return Rewriting.nest(nest.phases(), LoopKind.UNROLLED, collapsed.body());
    }
    long operations = nest.elements() * Work.operations(nest.after()) / lanes;
    List<LoopVar> outer = new ArrayList<>(collapsed.loops());
    LoopVar inner = outer.removeLast();
    Pieces pieces = Pieces.of(inner, lanes, collapsed.body());
    outer.add(pieces.blocks());
    List<Stmt> vectors =
        pieces.map(
            piece -> {
              List<Stmt> body = Rewriting.substitute(collapsed.body(), Map.of(inner, piece.at()));
              return Rewriting.nest(
                  nest.phases(),
                  LoopKind.UNROLLED,
                  Rewriting.lanes(piece.lane(), Rewriting.guarded(piece.inside(), body)));
            });
    return Work.share(outer, operations, vectors);
  }
}
