// SPDX-License-Identifier: Apache-2.0
package dlc.driver.profile;

import dlc.driver.Workbench;
import dlc.ir.kernel.Kernel;
import dlc.ir.kernel.KernelProgram;
import dlc.ir.kernel.KernelWork;
import dlc.ir.kernel.LoopKind;
import dlc.ir.kernel.Stmt;
import dlc.runtime.profile.KernelRow;
import dlc.runtime.profile.Profile;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * Measures training steps kernel by kernel.
 *
 * <p>The steps are those of training, on its data, its batch and its threads; their code reads the
 * clock around each kernel, which takes some 25 ns a kernel.
 */
public final class Profiler {

  /**
   * Steps before the measured ones: memory is touched, caches and threads are warm, and the thread
   * pool knows whether all threads are faster than one.
   */
  private static final int WARM_UP = 12;

  private static final int LEAST_STEPS = 10;
  private static final double SECONDS = 1.5;

  /** So many steps are kept whole. */
  private static final int SHOWN_STEPS = 8;

  private Profiler() {}

  /**
   * Where the time of a training step goes.
   *
   * @param bench opened with {@code clock} looking at its code
   * @param clock a clock for {@code train_step}
   * @param steps how many to measure; where it is not said, as many as take about a second
   */
  public static Profile run(
      Workbench bench, StepClock clock, OptionalInt steps, Profile.Peak peak) {
    int batch;
    try (TrialSteps trial = new TrialSteps(bench)) {
      trial.run(WARM_UP);
      clock.reset();
      if (steps.isPresent()) {
        trial.run(steps.getAsInt());
      } else {
        trial.runFor(SECONDS, LEAST_STEPS);
      }
      batch = trial.batch();
    }
    List<KernelRow> rows = new ArrayList<>();
    List<KernelProgram.Call> calls = clock.entry().calls();
    for (int i = 0; i < calls.size(); i++) {
      rows.add(row(calls.get(i), Math.max(1, clock.nanos(i))));
    }
    return new Profile(
        bench.model().name(),
        bench.file().path().toString(),
        TrialSteps.ENTRY,
        batch,
        bench.threads(),
        bench.processor().cpu(),
        clock.runs(),
        clock.nanos(),
        peak,
        rows,
        clock.last(SHOWN_STEPS));
  }

  private static KernelRow row(KernelProgram.Call call, double nanos) {
    Kernel plain = call.source();
    KernelWork work = KernelWork.of(plain);
    return new KernelRow(
        call.kernel().name(),
        plain.parts().stream().map(Profiler::part).toList(),
        isParallel(call.kernel()),
        1,
        work.flops(),
        work.bytes(),
        nanos);
  }

  private static boolean isParallel(Kernel kernel) {
    return kernel.body().size() == 1
        && kernel.body().getFirst() instanceof Stmt.For loop
        && loop.kind() == LoopKind.PARALLEL;
  }

  private static KernelRow.Part part(Kernel.Part part) {
    return part.span().source().text().isEmpty()
        ? new KernelRow.Part(part.op(), "", 0, "")
        : new KernelRow.Part(
            part.op(),
            part.span().source().name(),
            part.span().line(),
            part.span().source().lineText(part.span().line()).strip());
  }
}
