// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import dlc.ir.DType;
import dlc.ir.Graph;
import dlc.ir.interp.OpExamples;
import dlc.ir.interp.RandomGraphs;
import dlc.ir.kernel.Target;
import dlc.passes.Agreement;
import dlc.passes.Differentiate;
import java.util.List;
import java.util.function.LongFunction;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Scheduled kernels compute what the graph computes, and keep the rules of kernel IR. */
final class ScheduleTest {

  private static final int GRAPHS = 60;
  private static final List<Target> TARGETS =
      List.of(
          Target.X86_64,
          Target.X86_64_V3,
          Target.X86_64_V4,
          Target.SAPPHIRE_RAPIDS,
          Target.ofItems("graphics", 256, 32 << 10));

  @TestFactory
  Stream<DynamicTest> everyOp() {
    return OpExamples.all().stream()
        .map(example -> DynamicTest.dynamicTest(example.toString(), () -> check(example.graph())));
  }

  @TestFactory
  Stream<DynamicTest> randomGraphs() {
    return random(seed -> RandomGraphs.make(DType.F32, seed));
  }

  @TestFactory
  Stream<DynamicTest> wideGraphs() {
    return random(seed -> RandomGraphs.makeWide(DType.F32, seed));
  }

  @TestFactory
  Stream<DynamicTest> wideGraphsOfNarrowFloats() {
    return random(seed -> RandomGraphs.makeWide(seed % 2 == 0 ? DType.BF16 : DType.F16, seed));
  }

  @TestFactory
  Stream<DynamicTest> wideGraphsOfDoublePrecision() {
    return random(seed -> RandomGraphs.makeWide(DType.F64, seed));
  }

  @TestFactory
  Stream<DynamicTest> randomGradients() {
    return random(seed -> new Differentiate().run(RandomGraphs.makeTraining(DType.F64, seed)));
  }

  private static Stream<DynamicTest> random(LongFunction<Graph> graphs) {
    return LongStream.range(0, GRAPHS)
        .mapToObj(
            seed -> DynamicTest.dynamicTest("graph " + seed, () -> check(graphs.apply(seed))));
  }

  private static void check(Graph graph) {
    for (Target target : TARGETS) {
      Agreement.check(graph, lowered -> Schedule.run(lowered, target));
    }
  }
}
