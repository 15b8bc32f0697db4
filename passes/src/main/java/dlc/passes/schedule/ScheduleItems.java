// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import dlc.ir.TensorType;
import dlc.ir.kernel.Kernel;
import dlc.ir.kernel.LoopKind;
import dlc.ir.kernel.Stmt;
import dlc.ir.kernel.Target;
import dlc.ir.op.Comprehension;
import dlc.ir.scalar.Buffer;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import dlc.ir.scalar.Scalar;
import dlc.passes.Remark;
import dlc.passes.lower.LoweredGraph;
import dlc.passes.lower.LoweredGraph.Call;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A schedule for devices that have thousands of work-items in place of vectors: each makes one
 * element of the result, and items beside each other make elements beside each other, so that what
 * they read lies side by side, too. In a contraction each makes a tile, which stays in registers;
 * where there are enough of them for groups, {@link ScheduleGroups} has their items share what they
 * read.
 *
 * <pre>
 * serial i { serial j {                parallel p {                  // i = 4 * (p / J), j = p % J
 *   acc = 0                              register acc: f32[4, 2]
 *   serial r {                           serial r { unrolled u < 4 { unrolled v < 2 {
 *     acc = acc + a[i, r] * b[r, j]        acc[u, v] = acc[u, v] + a[i + u, r] * b[r, j + J * v] } } }
 *   }                                    unrolled u < 4 { unrolled v < 2 {
 *   y[i, j] = acc } }                      y[i + u, j + J * v] = acc[u, v] } } }
 * </pre>
 */
final class ScheduleItems {

  /** The longest sides of a tile that are tried, the best first: more would leave registers. */
  private static final List<Integer> SIDES = List.of(4, 2);

  /** A tile must leave so many items to do, or the device has nothing for most of its lanes. */
  private static final long ENOUGH_ITEMS = 4096;

  /** How the way is called in which items share nothing. */
  private static final String ALONE = "items";

  private ScheduleItems() {}

  static LoweredGraph run(LoweredGraph graph, Target target, TilingChoice choice) {
    LoweredGraph split = SplitSums.forItems(graph);
    List<Call> calls = new ArrayList<>();
    List<Remark> remarks = new ArrayList<>();
    for (Call call : split.calls()) {
      Kernel kernel = call.kernel();
      List<Stmt> body = ExpandMath.run(FuseProducts.run(schedule(kernel, target, choice)));
      Call scheduled = new Call(kernel.with(body), call.arguments());
      calls.add(Rebase.run(scheduled).scheduledFrom(kernel));
      remarks.addAll(RemarkSchedule.of(calls.getLast()));
    }
    return split.withCalls(calls, remarks);
  }

  private static List<Stmt> schedule(Kernel kernel, Target target, TilingChoice choice) {
    if (ScheduleScatter.fits(kernel)) {
      // What adds to the same element has to follow one another.
      return ScheduleScatter.run(kernel, 1);
    }
    PlainNest nest = PlainNest.of(kernel);
    Optional<List<Scalar.Load>> product = ScheduleContraction.product(nest);
    if (product.isPresent()) {
      List<ScheduleGroups.Tile> tiles = ScheduleGroups.tiles(nest, product.get(), target);
      List<String> ways = new ArrayList<>(tiles.stream().map(Object::toString).toList());
      ways.add(ALONE);
      int chosen = choice.of(kernel, ways);
      return chosen < tiles.size()
          ? ScheduleGroups.run(nest, product.get(), tiles.get(chosen))
          : contraction(nest, product.get());
    }
    PlainNest.Descent outer = PlainNest.Descent.of(kernel.body());
    return Work.turns(outer.loops(), outer.body());
  }

  private static List<Stmt> contraction(PlainNest nest, List<Scalar.Load> operands) {
    List<LoopVar> outer = new ArrayList<>();
    List<LoopVar> tile = new ArrayList<>();
    Map<LoopVar, Index> moved = new LinkedHashMap<>();
    long items = nest.elements();
    List<LoopVar> sides = sides(nest, operands);
    for (LoopVar loop : nest.loops()) {
      int side = sides.contains(loop) ? side(loop, items) : 1;
      LoopVar turns = new LoopVar(loop.name(), loop.extent() / side);
      outer.add(turns);
      if (side > 1) {
        LoopVar within = new LoopVar(tile.isEmpty() ? "u" : "v", side);
        tile.add(within);
        // Columns of a tile lie apart, so that items beside each other read beside each other.
        boolean isLast = loop.equals(nest.loops().getLast());
        moved.put(
            loop,
            isLast
                ? within.index().times(turns.extent()).plus(turns.index())
                : turns.index().times(side).plus(within.index()));
        items /= side;
      } else {
        moved.put(loop, turns.index());
      }
    }
    return Work.turns(outer, tile(nest, tile, moved));
  }

  private static int side(LoopVar loop, long items) {
    return SIDES.stream()
        .filter(side -> loop.extent() % side == 0 && items / side >= ENOUGH_ITEMS)
        .findFirst()
        .orElse(1);
  }

  /** For each operand the innermost loop of the result along which it alone is read. */
  private static List<LoopVar> sides(PlainNest nest, List<Scalar.Load> operands) {
    List<LoopVar> sides = new ArrayList<>();
    for (int i = 0; i < operands.size(); i++) {
      StagedOperand own = StagedOperand.of(operands.get(i), 1);
      StagedOperand other = StagedOperand.of(operands.get(1 - i), 1);
      nest.loops().reversed().stream()
          .filter(loop -> own.uses(loop) && !other.uses(loop))
          .findFirst()
          .ifPresent(sides::add);
    }
    return sides;
  }

  /** What one item does: a tile of sums, and what is made of them. */
  private static List<Stmt> tile(PlainNest nest, List<LoopVar> tile, Map<LoopVar, Index> moved) {
    List<Index> here = Comprehension.indices(tile);
    List<Integer> dims = tile.stream().map(LoopVar::extent).toList();
    Map<Buffer, Buffer> registers = new LinkedHashMap<>();
    List<Stmt> statements = new ArrayList<>();
    List<Stmt> first = new ArrayList<>();
    for (Stmt statement : nest.before()) {
      if (statement instanceof Stmt.Declare(Buffer acc)) {
        Buffer wide = Buffer.register(acc.name(), new TensorType(acc.type().dtype(), dims));
        registers.put(acc, wide);
        statements.add(new Stmt.Declare(wide));
      } else {
        first.add(statement);
      }
    }
    statements.addAll(unrolled(tile, first, registers, moved, here));
    List<Stmt> step = unrolled(tile, nest.step(), registers, moved, here);
    statements.addAll(Rewriting.nest(nest.reduced(), LoopKind.SERIAL, step));
    statements.addAll(unrolled(tile, nest.after(), registers, moved, here));
    return statements;
  }

  private static List<Stmt> unrolled(
      List<LoopVar> tile,
      List<Stmt> body,
      Map<Buffer, Buffer> registers,
      Map<LoopVar, Index> moved,
      List<Index> here) {
    List<Stmt> wide = Rewriting.widen(Rewriting.substitute(body, moved), registers, here);
    return Rewriting.nest(tile, LoopKind.UNROLLED, wide);
  }
}
