// SPDX-License-Identifier: Apache-2.0
package dlc.passes.lower;

import dlc.ir.DType;
import dlc.ir.Graph;
import dlc.ir.interp.OpExamples;
import dlc.ir.interp.RandomGraphs;
import dlc.passes.Agreement;
import dlc.passes.Differentiate;
import dlc.passes.Pass;
import java.util.function.LongFunction;
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
        .map(
            example ->
                DynamicTest.dynamicTest(
                    example.toString(),
                    () -> Agreement.check(example.graph(), lowered -> lowered)));
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
  Stream<DynamicTest> randomGraphsOfNarrowFloats() {
    return random(seed -> RandomGraphs.make(seed % 2 == 0 ? DType.BF16 : DType.F16, seed));
  }

  @TestFactory
  Stream<DynamicTest> randomGradients() {
    Pass differentiate = new Differentiate();
    return random(seed -> differentiate.run(RandomGraphs.makeTraining(DType.F64, seed)));
  }

  private static Stream<DynamicTest> random(LongFunction<Graph> graphs) {
    return LongStream.range(0, GRAPHS)
        .mapToObj(
            seed ->
                DynamicTest.dynamicTest(
                    "graph " + seed,
                    () -> Agreement.check(graphs.apply(seed), lowered -> lowered)));
  }
}
