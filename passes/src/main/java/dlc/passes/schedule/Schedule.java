// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import dlc.ir.DType;
import dlc.ir.kernel.Kernel;
import dlc.ir.kernel.Stmt;
import dlc.ir.kernel.Target;
import dlc.ir.scalar.Scalar;
import dlc.passes.Remark;
import dlc.passes.lower.LoweredGraph;
import dlc.passes.lower.LoweredGraph.Call;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Rewrites the plain kernels of an entry point for a processor with vectors and threads, or for a
 * device with work-items.
 */
public final class Schedule {

  private final Target target;
  private final TilingChoice choice;
  private final Staging staging;
  private final KnownSchedules known;
  private final PlannedTilings planned;

  private Schedule(LoweredGraph graph, Target target, TilingChoice choice) {
    this.target = target;
    this.choice = choice;
    this.staging = new Staging(graph);
    this.known = new KnownSchedules(staging);
    this.planned = new PlannedTilings(target, choice);
  }

  /** The schedule that is estimated to be the fastest. */
  public static LoweredGraph run(LoweredGraph graph, Target target) {
    return run(graph, target, TilingChoice.ESTIMATED);
  }

  /** A schedule whose contractions are tiled as {@code choice} says. */
  public static LoweredGraph run(LoweredGraph graph, Target target, TilingChoice choice) {
    if (!target.hasVectors()) {
      return ScheduleItems.run(graph, target, choice);
    }
    LoweredGraph split = JoinRows.run(SplitSums.run(graph));
    List<Call> calls = new Schedule(split, target, choice).calls(split);
    List<Remark> remarks = new ArrayList<>();
    calls.forEach(call -> remarks.addAll(RemarkSchedule.of(call)));
    List<Call> joined = choice.keepsApart() ? calls : JoinSamples.run(graph, calls, target);
    return graph.withCalls(joined, remarks);
  }

  private List<Call> calls(LoweredGraph graph) {
    List<Call> calls = new ArrayList<>();
    for (Call call : graph.calls()) {
      Call scheduled = known.of(call, this::schedule);
      for (Call copy : staging.takeCopies()) {
        calls.add(known.of(copy, this::schedule).scheduledFrom(madeFor(call, copy.kernel())));
      }
      staging.overwritten(call);
      calls.add(scheduled);
    }
    return calls;
  }

  private Call schedule(Call call) {
    PlainNest plain = PlainNest.of(call.kernel());
    PlainNest nest = SplitLoops.run(plain);
    // A contraction has tiles for what others have phases for.
    PlainNest whole = nest.phases().isEmpty() ? nest : plain;
    int lanes = lanes(call.kernel(), target);
    Call scheduled;
    if (ScheduleRows.fits(call.kernel())) {
      scheduled = with(call, ScheduleRows.run(call.kernel(), lanes));
    } else if (ScheduleScatter.fits(call.kernel())) {
      scheduled = with(call, ScheduleScatter.run(call.kernel(), lanes));
    } else if (!nest.folds()) {
      scheduled = with(call, ScheduleElementwise.run(nest, lanes, target));
    } else {
      scheduled =
          ScheduleTiles.run(call, plain, lanes)
              .map(body -> with(call, body))
              .or(() -> ScheduleRoutes.run(call, whole, lanes, target, staging))
              .or(
                  () ->
                      FewProducts.fits(nest, lanes)
                          ? Optional.empty()
                          : ScheduleContraction.run(call, whole, lanes, planned, choice, staging))
              .orElseGet(() -> with(call, ScheduleFold.run(nest, lanes)));
    }
    Kernel kernel = scheduled.kernel();
    List<Stmt> body = ExpandMath.run(FuseProducts.run(kernel.body()));
    return Rebase.run(new Call(kernel.with(body), scheduled.arguments()))
        .scheduledFrom(call.kernel());
  }

  /** A copy stands for the lines of the kernel that reads it. */
  private static Kernel madeFor(Call call, Kernel copy) {
    return new Kernel(copy.name(), copy.arguments(), copy.body(), call.kernel().span());
  }

  private static Call with(Call call, List<Stmt> body) {
    return new Call(call.kernel().with(body), call.arguments());
  }

  /** As many lanes as the widest type of the kernel allows. */
  private static int lanes(Kernel kernel, Target target) {
    boolean[] wide = {false};
    Rewriting.visitScalars(
        kernel.body(),
        scalar ->
            wide[0] |=
                (scalar instanceof Scalar.Load load && load.buffer().type().dtype() == DType.F64)
                    || (scalar instanceof Scalar.Cast cast && cast.type() == DType.F64));
    return target.lanes(wide[0] ? DType.F64 : DType.F32);
  }
}
