// SPDX-License-Identifier: Apache-2.0
package dlc.passes.lower;

import dlc.ir.DType;
import dlc.ir.Graph;
import dlc.ir.interp.GraphInterpreter;
import dlc.ir.interp.Inputs;
import dlc.ir.interp.KernelInterpreter;
import dlc.ir.interp.RandomGraphs;
import dlc.ir.kernel.KernelPrinter;
import dlc.ir.kernel.KernelProgram;
import dlc.ir.text.GraphPrinter;
import dlc.ir.text.KernelVerifier;
import dlc.ir.text.Verifier;
import dlc.passes.Differentiate;
import dlc.passes.Numbers;
import dlc.passes.OpExamples;
import dlc.passes.Pass;
import dlc.passes.simplify.Simplify;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Kernels compute what the graph computes, for every op and for graphs at random. */
final class LoweringTest {

  private static final int GRAPHS = 100;

  @TestFactory
  Stream<DynamicTest> everyOp() {
    return OpExamples.all().stream()
        .map(example -> DynamicTest.dynamicTest(example.toString(), () -> check(example.graph())));
  }

  @TestFactory
  Stream<DynamicTest> randomGraphs() {
    return random(seed -> RandomGraphs.make(DType.F64, seed));
  }

  @TestFactory
  Stream<DynamicTest> randomGraphsOfSinglePrecision() {
    return random(seed -> RandomGraphs.make(DType.F32, seed));
  }

  @TestFactory
  Stream<DynamicTest> randomGradients() {
    Pass differentiate = new Differentiate();
    return random(seed -> differentiate.run(RandomGraphs.makeTraining(DType.F64, seed)));
  }

  private static Stream<DynamicTest> random(LongFunction<Graph> graphs) {
    return LongStream.range(0, GRAPHS)
        .mapToObj(
            seed -> DynamicTest.dynamicTest("graph " + seed, () -> check(graphs.apply(seed))));
  }

  private static void check(Graph graph) {
    Verifier.verify(graph);
    Map<String, double[]> inputs = Inputs.random(graph, 7);
    Map<String, double[]> expected = GraphInterpreter.run(graph, inputs);
    Graph simple = new Simplify().run(graph);
    Verifier.verify(simple);
    String text = GraphPrinter.print(graph);
    compare(
        GraphInterpreter.run(simple, inputs),
        expected,
        graph,
        () -> " after simplify%n%s%n%s".formatted(text, GraphPrinter.print(simple)));
    for (Graph each : List.of(graph, simple)) {
      KernelProgram program = PlanMemory.run("m", List.of(LowerToKernels.run(each)));
      KernelVerifier.verify(program);
      compare(
          new KernelInterpreter(program).run(graph.name(), inputs),
          expected,
          each,
          () ->
              " in kernels%n%s%n%s"
                  .formatted(GraphPrinter.print(each), KernelPrinter.print(program)));
    }
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
              double tolerance = value.type().dtype() == DType.F32 ? 1e-4 : 1e-9;
              Numbers.assertClose(
                  actual.get(name), expected.get(name), tolerance, () -> name + context.get());
            });
  }
}
