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
      return collapsed.body();
    }
    long operations = nest.elements() * Work.operations(nest.after());
    List<LoopVar> outer = new ArrayList<>(collapsed.loops());
    LoopVar inner = outer.removeLast();
    int width = width(inner.extent(), lanes);
    LoopVar block = new LoopVar("q", Math.ceilDiv(inner.extent(), width));
    outer.add(block);
    return Work.share(outer, operations, blocks(inner, block, width, collapsed.body()));
  }

  /** As many lanes as there are, or the next power of two when the loop is shorter. */
  static int width(int extent, int lanes) {
    int width = lanes;
    while (width > 1 && width / 2 >= extent) {
      width /= 2;
    }
    return width;
  }

  /** {@code body} for the vector number {@code block} of {@code inner}; the last one is masked. */
  static List<Stmt> blocks(LoopVar inner, LoopVar block, int width, List<Stmt> body) {
    LoopVar lane = new LoopVar("l", width);
    Index at = block.index().times(width).plus(lane.index());
    List<Stmt> vector = Rewriting.substitute(body, Map.of(inner, at));
    int whole = inner.extent() / width;
    if (width == 1) {
      return vector;
    }
    List<Stmt> full = List.of(new Stmt.For(lane, LoopKind.LANES, vector));
    if (whole == block.extent()) {
      return full;
    }
    Stmt masked = new Stmt.If(Condition.inRange(at, 0, inner.extent()), vector);
    List<Stmt> last = List.of(new Stmt.For(lane, LoopKind.LANES, List.of(masked)));
    if (whole == 0) {
      return last;
    }
    return List.of(
        new Stmt.If(Condition.inRange(block.index(), 0, whole), full),
        new Stmt.If(Condition.inRange(block.index(), whole, whole + 1), last));
  }
}
