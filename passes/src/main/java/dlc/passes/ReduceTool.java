// SPDX-License-Identifier: Apache-2.0
package dlc.passes;

import dlc.base.Code;
import dlc.base.UserError;
import dlc.ir.Graph;
import dlc.ir.interp.GraphInterpreter;
import dlc.ir.interp.Inputs;
import dlc.ir.kernel.Target;
import dlc.ir.op.Gradient;
import dlc.ir.text.GraphPrinter;
import dlc.ir.text.KernelVerifier;
import dlc.passes.lower.LowerToKernels;
import dlc.passes.lower.PlanMemory;
import dlc.passes.schedule.Schedule;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The command {@code dlc reduce}: shrinks a graph on which passes fail, and keeps the failure.
 *
 * <p>A failure is an exception of a pass, of the verifier after it or of the lowering to kernels;
 * or a graph that no longer computes the same. A smaller graph must fail in the same way: with the
 * same exception at the same place.
 *
 * @param ids the passes, as the command line has them
 * @param isLowered whether kernels are made after the passes
 */
record ReduceTool(String ids, boolean isLowered) {

  private static final double TOLERANCE = 1e-3;

  /** The elements of a graph that is interpreted to find out whether it still computes the same. */
  private static final long MOST_ELEMENTS = 1 << 20;

  /** The first of {@code graphs} that fails, made small, as a golden test would have it. */
  String run(List<Graph> graphs) {
    for (Graph graph : graphs) {
      Optional<String> failure = failure(graph);
      if (failure.isPresent()) {
        Graph small = ReduceGraph.run(graph, each -> failure(each).equals(failure));
        return "// RUN: dlc opt --passes=%s%s\n// %s\n\n%s"
            .formatted(
                ids, isLowered ? " --emit=kernel" : "", failure.get(), GraphPrinter.print(small));
      }
    }
    throw new UserError(Code.BAD_OPTION, "no graph fails: there is nothing to keep")
        .help("name the passes that fail with --passes, and --emit=kernel if it is the lowering");
  }

  /** What goes wrong, in words that tell failures apart; nothing when all is well. */
  private Optional<String> failure(Graph graph) {
    Graph after;
    try {
      after = new Pipeline(OptTool.passes(ids), new VerifyingObserver()).run(graph);
      if (isLowered) {
        KernelVerifier.verify(
            PlanMemory.run(
                "model", List.of(Schedule.run(LowerToKernels.run(after), Target.X86_64_V3))));
      }
    } catch (UserError wrong) {
      throw wrong;
    } catch (RuntimeException | StackOverflowError wrong) {
      return Optional.of(
          wrong.getClass().getSimpleName()
              + Arrays.stream(wrong.getStackTrace())
                  .findFirst()
                  .map(frame -> " in " + simple(frame.getClassName()) + "." + frame.getMethodName())
                  .orElse(""));
    }
    return differs(graph, after) ? Optional.of("the results are others") : Optional.empty();
  }

  private static String simple(String name) {
    return name.substring(name.lastIndexOf('.') + 1);
  }

  private static boolean differs(Graph before, Graph after) {
    if (!isComputable(before) || !isComputable(after)) {
      return false;
    }
    Map<String, double[]> inputs = Inputs.random(before, 1);
    Map<String, double[]> expected = GraphInterpreter.run(before, inputs);
    Map<String, double[]> actual = GraphInterpreter.run(after, inputs);
    return expected.entrySet().stream()
        .anyMatch(
            each -> !isClose(each.getValue(), Objects.requireNonNull(actual.get(each.getKey()))));
  }

  private static boolean isComputable(Graph graph) {
    return graph.values().stream().noneMatch(value -> value.op() instanceof Gradient)
        && graph.values().stream().mapToLong(value -> value.type().elements()).sum()
            <= MOST_ELEMENTS;
  }

  private static boolean isClose(double[] expected, double[] actual) {
    for (int i = 0; i < expected.length; i++) {
      boolean same = Double.compare(expected[i], actual[i]) == 0;
      if (!same
          && !(Math.abs(expected[i] - actual[i])
              <= TOLERANCE * Math.max(1, Math.abs(expected[i])))) {
        return false;
      }
    }
    return true;
  }
}
