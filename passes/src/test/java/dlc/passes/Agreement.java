// SPDX-License-Identifier: Apache-2.0
package dlc.passes;

import dlc.ir.DType;
import dlc.ir.Graph;
import dlc.ir.interp.GraphInterpreter;
import dlc.ir.interp.Inputs;
import dlc.ir.interp.KernelInterpreter;
import dlc.ir.kernel.KernelPrinter;
import dlc.ir.kernel.KernelProgram;
import dlc.ir.text.GraphPrinter;
import dlc.ir.text.KernelVerifier;
import dlc.ir.text.Verifier;
import dlc.passes.lower.LowerToKernels;
import dlc.passes.lower.LoweredGraph;
import dlc.passes.lower.PlanMemory;
import dlc.passes.simplify.Simplify;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** Checks that a graph, the graph simplified, and the kernels of both compute the same. */
public final class Agreement {

  private static final int SEED = 7;

  private Agreement() {}

  /** Fails where kernels, rewritten by {@code schedule}, do not agree with the interpreter. */
  public static void check(Graph graph, UnaryOperator<LoweredGraph> schedule) {
    Verifier.verify(graph);
    Map<String, double[]> inputs = Inputs.random(graph, SEED);
    Map<String, double[]> expected = GraphInterpreter.run(graph, inputs);
    Graph simple = new Simplify().run(graph);
    Verifier.verify(simple);
    Map<String, double[]> simplified = GraphInterpreter.run(simple, inputs);
    Supplier<String> both = () -> GraphPrinter.print(graph) + "\n" + GraphPrinter.print(simple);
    compare(simplified, expected, graph, () -> "simplified:\n" + both.get());
    for (Graph each : List.of(graph, simple)) {
      LoweredGraph lowered = schedule.apply(LowerToKernels.run(each));
      KernelProgram program = PlanMemory.run("m", List.of(lowered));
      Supplier<String> text = () -> GraphPrinter.print(each) + "\n" + KernelPrinter.print(program);
      Map<String, double[]> actual;
      try {
        KernelVerifier.verify(program);
        actual = new KernelInterpreter(program).run(graph.name(), inputs);
      } catch (RuntimeException broken) {
        throw new AssertionError(broken.getMessage() + "\n" + text.get(), broken);
      }
      compare(actual, expected, each, () -> "in kernels:\n" + text.get());
    }
  }

  /** What a chain of roundings, each to another neighbour, may make. */
  private static double tolerance(DType type) {
    return switch (type) {
      case F64, I32, U8, BOOL -> 1e-9;
      case F32 -> 1e-4;
      case F16 -> 0x1p-7;
      case BF16 -> 0x1p-4;
    };
  }

  private static void compare(
      Map<String, double[]> actual,
      Map<String, double[]> expected,
      Graph graph,
      Supplier<String> context) {
    graph
        .results()
        .forEach(
            (name, value) -> {
              double tolerance = tolerance(value.type().dtype());
              Numbers.assertClose(
                  actual.get(name),
                  expected.get(name),
                  tolerance,
                  () -> name + " " + context.get());
            });
  }
}
