// SPDX-License-Identifier: Apache-2.0
package dlc.passes;

import dlc.base.CompilationFailed;
import dlc.base.SourceFile;
import dlc.base.UserError;
import dlc.ir.DType;
import dlc.ir.Graph;
import dlc.ir.interp.GraphInterpreter;
import dlc.ir.interp.Inputs;
import dlc.ir.interp.KernelInterpreter;
import dlc.ir.op.Gradient;
import dlc.ir.text.GraphParser;
import dlc.passes.lower.LowerToKernels;
import dlc.passes.lower.PlanMemory;
import dlc.testkit.GoldenTests;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What each pass makes of small graphs, and that it keeps what they compute. */
final class PassGoldenTest {

  @TestFactory
  List<DynamicTest> differentiate() {
    return GoldenTests.under("differentiate", PassGoldenTest::run);
  }

  @TestFactory
  List<DynamicTest> simplify() {
    return GoldenTests.under("simplify", PassGoldenTest::checked);
  }

  @TestFactory
  List<DynamicTest> joinDots() {
    return GoldenTests.under("join-dots", PassGoldenTest::checked);
  }

  @TestFactory
  List<DynamicTest> roundEarly() {
    return GoldenTests.under("round-early", PassGoldenTest::checked);
  }

  @TestFactory
  List<DynamicTest> useWinograd() {
    return GoldenTests.under("use-winograd", PassGoldenTest::run);
  }

  @TestFactory
  List<DynamicTest> lower() {
    return GoldenTests.under("lower", PassGoldenTest::checked);
  }

  @TestFactory
  List<DynamicTest> schedule() {
    return GoldenTests.under("schedule", PassGoldenTest::run);
  }

  @TestFactory
  List<DynamicTest> remarks() {
    return GoldenTests.under("remarks", PassGoldenTest::run);
  }

  @TestFactory
  List<DynamicTest> opt() {
    return GoldenTests.under("opt", PassGoldenTest::run);
  }

  private static String run(List<String> command, String input, Path file) {
    try {
      return OptTool.run(command, new SourceFile(file.getFileName().toString(), input));
    } catch (CompilationFailed wrong) {
      return String.valueOf(wrong.getMessage());
    } catch (UserError wrong) {
      return wrong.render();
    }
  }

  /** Also compares the graph before, after simplification, and as kernels on random inputs. */
  private static String checked(List<String> command, String input, Path file) {
    for (Graph graph : GraphParser.parse(new SourceFile(file.toString(), input))) {
      if (graph.values().stream().noneMatch(value -> value.op() instanceof Gradient)) {
        check(graph);
      }
    }
    return run(command, input, file);
  }

  private static void check(Graph graph) {
    Graph simple = new Pipeline(Pipelines.standard(), new VerifyingObserver()).run(graph);
    for (int seed = 0; seed < 10; seed++) {
      Map<String, double[]> inputs = Inputs.random(graph, seed);
      Map<String, double[]> expected = GraphInterpreter.run(graph, inputs);
      compare(GraphInterpreter.run(simple, inputs), expected, graph);
      for (Graph each : List.of(graph, simple)) {
        var program = PlanMemory.run("m", List.of(LowerToKernels.run(each)));
        compare(new KernelInterpreter(program).run(graph.name(), inputs), expected, graph);
      }
    }
  }

  private static void compare(
      Map<String, double[]> actual, Map<String, double[]> expected, Graph graph) {
    graph
        .results()
        .forEach(
            (name, value) ->
                Numbers.assertClose(
                    actual.get(name),
                    expected.get(name),
                    value.type().dtype() == DType.F32 ? 1e-5 : 1e-12,
                    () -> name));
  }
}
