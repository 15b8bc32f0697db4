// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import dlc.base.Code;
import dlc.base.DeepStack;
import dlc.base.UserError;
import dlc.ir.Graph;
import dlc.ir.Program;
import dlc.ir.TypeError;
import dlc.ir.kernel.KernelProgram;
import dlc.ir.kernel.Target;
import dlc.ir.text.KernelVerifier;
import dlc.passes.Pass;
import dlc.passes.Pipeline;
import dlc.passes.Pipelines;
import dlc.passes.lower.LowerToKernels;
import dlc.passes.lower.LoweredGraph;
import dlc.passes.lower.PlanMemory;
import dlc.passes.schedule.Schedule;
import dlc.passes.schedule.TilingChoice;
import java.util.List;
import java.util.function.Supplier;

/**
 * Takes programs from tensor IR to scheduled kernels.
 *
 * @param target the processor that kernels are scheduled for
 * @param observer hears of every pass
 * @param tilings chooses how contractions are tiled
 */
public record Compiler(Target target, Pipeline.Observer observer, TilingChoice tilings) {

  /**
   * Stands for lowering in a crash reproducer: with it the file's RUN line says {@code
   * --emit=kernel}.
   */
  private static final Pass LOWERING =
      new Pass() {
        @Override
        public Graph run(Graph graph) {
          return graph;
        }

        @Override
        public String id() {
          return "standard --emit=kernel";
        }
      };

  public static Compiler of(Target target) {
    return new Compiler(target, Pipeline.SILENT, TilingChoice.ESTIMATED);
  }

  /** The program after the standard passes. */
  public Program optimize(Program program) {
    Pipeline pipeline = new Pipeline(Pipelines.standard(target), observer);
    return DeepStack.call(() -> program.map(pipeline::run));
  }

  /** An entry point after the standard passes, and its kernels, which no processor has yet. */
  public record Lowered(Graph graph, LoweredGraph kernels) {}

  /** The kernels of the entry points called {@code entries}; the state is the whole program's. */
  public KernelProgram compile(Program program, List<String> entries) {
    return schedule(program, lower(program, entries));
  }

  /** The plain kernels of those entry points, which are the same for every target. */
  public List<Lowered> lower(Program program, List<String> entries) {
    Program optimized = optimize(program.only(entries));
    return DeepStack.call(
        () ->
            optimized.entries().stream()
                .map(graph -> guarded(graph, () -> new Lowered(graph, LowerToKernels.run(graph))))
                .toList());
  }

  /** The kernels of entry points of {@code program} for this target. */
  public KernelProgram schedule(Program program, List<Lowered> entries) {
    return DeepStack.call(
        () ->
            PlanMemory.run(
                program.name(), entries.stream().map(this::schedule).toList(), program.states()));
  }

  private LoweredGraph schedule(Lowered entry) {
    return guarded(
        entry.graph,
        () -> {
          LoweredGraph scheduled = Schedule.run(entry.kernels, target, tilings);
          assert problems(scheduled).isEmpty() : problems(scheduled);
          observer.remarked(scheduled.remarks());
          return scheduled;
        });
  }

  /** What is wrong with kernels. Tests ask; a user who wants to know says {@code --verify}. */
  private static List<String> problems(LoweredGraph scheduled) {
    return scheduled.calls().stream()
        .flatMap(call -> KernelVerifier.problems(call.kernel()).stream())
        .toList();
  }

  private <T> T guarded(Graph graph, Supplier<T> work) {
    try {
      return work.get();
    } catch (TypeError failure) {
      throw failure.getMessage() != null && failure.getMessage().contains("2^31")
          ? new UserError(Code.OUT_OF_MEMORY, graph.name() + ": a buffer " + failure.getMessage())
              .help("use a smaller batch (--batch)")
          : failure;
    } catch (RuntimeException failure) {
      observer.failed(LOWERING, graph, failure);
      throw failure;
    }
  }
}
