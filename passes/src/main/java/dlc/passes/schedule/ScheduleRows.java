// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import dlc.ir.kernel.Kernel;
import dlc.ir.kernel.LoopKind;
import dlc.ir.kernel.Stmt;
import dlc.ir.scalar.LoopVar;
import java.util.ArrayList;
import java.util.List;

/**
 * Schedules a kernel that walks rows, and does several things in each: each thing as a kernel of
 * its own would do it, on one thread; the rows are shared out.
 *
 * <pre>
 * parallel p {
 *   … acc[0, 0] is the sum of row p …
 *   serial q { lanes l { y[p, 16 * q + l] = … acc … } }
 * }
 * </pre>
 */
final class ScheduleRows {

  private ScheduleRows() {}

  /** Whether {@code kernel} is of that kind. */
  static boolean fits(Kernel kernel) {
    return hasRows(kernel.body());
  }

  private static boolean hasRows(List<Stmt> block) {
    PlainNest.Descent outer = PlainNest.Descent.of(block);
    return !outer.loops().isEmpty() && Segments.of(outer.body()).size() > 1;
  }

  static List<Stmt> run(Kernel kernel, int lanes) {
    PlainNest.Descent outer = PlainNest.Descent.of(kernel.body());
    long operations = PlainNest.product(outer.loops()) * operations(outer.body()) / lanes;
    return Work.share(outer.loops(), operations, block(outer.body(), lanes));
  }

  private static List<Stmt> block(List<Stmt> statements, int lanes) {
    List<Stmt> scheduled = new ArrayList<>();
    for (List<Stmt> segment : Segments.of(statements)) {
      if (hasRows(segment)) {
        PlainNest.Descent outer = PlainNest.Descent.of(segment);
        scheduled.addAll(
            Rewriting.nest(outer.loops(), LoopKind.SERIAL, block(outer.body(), lanes)));
      } else {
        PlainNest nest = SplitLoops.run(PlainNest.of(segment));
        scheduled.addAll(
            nest.folds()
                ? ScheduleFold.run(nest, lanes, Work.Threads.ONE)
                : ScheduleElementwise.run(nest, lanes, Work.Threads.ONE));
      }
    }
    return scheduled;
  }

  /** A count of the scalar operations, those of loops as often as they turn. */
  private static long operations(List<Stmt> block) {
    long operations = 0;
    for (Stmt statement : block) {
      operations +=
          statement instanceof Stmt.For(LoopVar counter, var _, List<Stmt> body)
              ? counter.extent() * operations(body)
              : Work.operations(List.of(statement));
    }
    return operations;
  }
}
