// SPDX-License-Identifier: Apache-2.0
package dlc.driver.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import dlc.driver.parity.Machine;
import dlc.ir.DType;
import dlc.ir.Graph;
import dlc.ir.interp.OpExamples;
import dlc.ir.interp.RandomGraphs;
import dlc.ir.interp.SizedExamples;
import dlc.ir.op.Elementwise;
import dlc.passes.Differentiate;
import java.util.List;
import java.util.function.LongFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every op, and random graphs of ops, compute on an OpenCL device what the interpreter computes.
 */
final class OpenClOpsTest {

  private static final int GRAPHS = 16;

  @Test
  void everyOpAgreesWithTheInterpreter() {
    check(OpExamples.all().stream().map(OpExamples.Example::graph));
  }

  /** Each op in one of the types in turn: every op of every type takes minutes to build. */
  @Test
  void everyOpAgreesOnFloatsOfOtherTypes() {
    List<DType> types = List.of(DType.F32, DType.BF16, DType.F16);
    List<OpExamples.Example> examples = OpExamples.all();
    check(
        IntStream.range(0, examples.size())
            .mapToObj(i -> examples.get(i).in(types.get(i % types.size())).graph()));
  }

  /**
   * Vectors and groups divide neither these batches nor these channels. Each elementwise op has one
   * of the sizes in turn, since they all are lowered alike.
   */
  @Test
  void everyOpAgreesOnBatchesAndChannelsOfOddSizes() {
    List<List<OpExamples.Example>> sizes =
        List.of(SizedExamples.of(1, 20), SizedExamples.of(127, 3), SizedExamples.of(129, 20));
    check(
        IntStream.range(0, sizes.getFirst().size())
            .boxed()
            .flatMap(
                i ->
                    sizes.getFirst().get(i).op() instanceof Elementwise
                        ? Stream.of(sizes.get(i % sizes.size()).get(i))
                        : sizes.stream().map(examples -> examples.get(i)))
            .map(OpExamples.Example::graph));
  }

  @Test
  void everyGradientAgrees() {
    check(
        OpExamples.all().stream()
            .filter(OpExamples.Example::isDifferentiated)
            .map(each -> new Differentiate().run(each.in(DType.F32).gradients()))
            .map(graph -> MergedGraphs.without("loss", graph)));
  }

  @Test
  void randomGraphsAgree() {
    check(random(seed -> RandomGraphs.make(DType.F32, seed)));
  }

  @Test
  void randomGraphsOfNarrowFloatsAgree() {
    check(random(seed -> RandomGraphs.make(seed % 2 == 0 ? DType.BF16 : DType.F16, seed)));
  }

  @Test
  void gradientsAgreeInDoublePrecision() {
    check(random(seed -> new Differentiate().run(RandomGraphs.makeTraining(DType.F64, seed))));
  }

  private static Stream<Graph> random(LongFunction<Graph> graphs) {
    return LongStream.range(0, GRAPHS).mapToObj(graphs);
  }

  private static void check(Stream<Graph> graphs) {
    try (Machine machine = OpenClDevices.machine()) {
      assertThat(DeviceAgreement.misses(graphs, machine)).isEmpty();
    }
  }
}
