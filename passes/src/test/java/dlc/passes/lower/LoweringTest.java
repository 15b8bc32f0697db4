// SPDX-License-Identifier: Apache-2.0
package dlc.passes.lower;

import static org.assertj.core.api.Assertions.assertThat;

import dlc.ir.DType;
import dlc.ir.Graph;
import dlc.ir.Value;
import dlc.ir.interp.GraphInterpreter;
import dlc.ir.interp.Inputs;
import dlc.ir.interp.KernelInterpreter;
import dlc.ir.interp.RandomGraphs;
import dlc.ir.kernel.KernelProgram;
import dlc.ir.text.GraphPrinter;
import dlc.ir.text.KernelVerifier;
import dlc.ir.text.Verifier;
import dlc.passes.OpExamples;
import dlc.passes.simplify.Simplify;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Kernels compute what the graph computes, for every op and for graphs at random. */
final class LoweringTest {

  private static final int GRAPHS = 150;

  @TestFactory
  Stream<DynamicTest> everyOp() {
    return OpExamples.all().entrySet().stream()
        .map(example -> DynamicTest.dynamicTest(example.getKey(), () -> check(example.getValue())));
  }

  @TestFactory
  Stream<DynamicTest> randomGraphs() {
    return Stream.of(DType.F64, DType.F32)
        .flatMap(dtype -> Stream.iterate(0L, seed -> seed < GRAPHS, seed -> seed + 1)
            .map(
                seed ->
                    DynamicTest.dynamicTest(
                        dtype + " graph " + seed, () -> check(RandomGraphs.make(dtype, seed)))));
  }

  private static void check(Graph graph) {
    Verifier.verify(graph);
    Map<String, double[]> inputs = Inputs.random(graph, 7);
    Map<String, double[]> expected = GraphInterpreter.run(graph, inputs);
    Graph simple = new Simplify().run(graph);
    Verifier.verify(simple);
    compare(GraphInterpreter.run(simple, inputs), expected, graph, "simplified", "");
    for (Graph each : List.of(graph, simple)) {
      KernelProgram program = PlanMemory.run("m", List.of(LowerToKernels.run(each)));
      KernelVerifier.verify(program);
      Map<String, double[]> actual = new KernelInterpreter(program).run(graph.name(), inputs);
      compare(actual, expected, each, each == graph ? "lowered" : "simplified, lowered", program);
    }
  }

  private static void compare(
      Map<String, double[]> actual,
      Map<String, double[]> expected,
      Graph graph,
      String how,
      Object detail) {
    graph
        .results()
        .forEach(
            (name, value) ->
                assertThat(actual.get(name))
                    .as(() -> "%s %s:%n%s%n%s".formatted(how, name, GraphPrinter.print(graph), show(detail)))
                    .usingComparatorWithPrecision(tolerance(value, expected.get(name)))
                    .containsExactly(expected.get(name)));
  }

  private static String show(Object detail) {
    return detail instanceof KernelProgram program
        ? dlc.ir.kernel.KernelPrinter.print(program)
        : detail.toString();
  }

  private static double tolerance(Value value, double[] expected) {
    double magnitude = 1;
    for (double element : expected) {
      magnitude = Double.isFinite(element) ? Math.max(magnitude, Math.abs(element)) : magnitude;
    }
    return magnitude * (value.type().dtype() == DType.F32 ? 1e-4 : 1e-9);
  }
}
