// SPDX-License-Identifier: Apache-2.0
package dlc.driver.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import dlc.driver.parity.Machine;
import dlc.driver.parity.Results;
import dlc.ir.DType;
import dlc.ir.Graph;
import dlc.ir.Program;
import dlc.ir.interp.GraphInterpreter;
import dlc.ir.interp.Inputs;
import dlc.ir.interp.OpExamples;
import dlc.ir.interp.RandomGraphs;
import dlc.ir.interp.SizedExamples;
import dlc.ir.op.Elementwise;
import dlc.passes.Differentiate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
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

  /** So many graphs are compiled as one. */
  private static final int GROUP = 40;

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

  private static void check(Stream<Graph> all) {
    List<Graph> graphs = all.toList();
    List<Graph> merged = new ArrayList<>();
    for (int start = 0; start < graphs.size(); start += GROUP) {
      int end = Math.min(start + GROUP, graphs.size());
      merged.add(MergedGraphs.of("g" + merged.size(), graphs.subList(start, end)));
    }
    List<String> misses = new ArrayList<>();
    List<String> names = merged.stream().map(Graph::name).toList();
    try (Machine machine = OpenClDevices.machine();
        Machine.Loaded loaded = machine.load(new Program("graphs", merged), names)) {
      for (Graph graph : merged) {
        compare(graph, loaded, misses);
      }
    }
    assertThat(misses).isEmpty();
  }

  private static void compare(Graph graph, Machine.Loaded loaded, List<String> misses) {
    Map<String, double[]> inputs = Inputs.random(graph, 1);
    Map<String, double[]> expected = GraphInterpreter.run(graph, inputs);
    graph.parameters().stream()
        .map(Graph::declaration)
        .filter(each -> each.role().persists())
        .forEach(each -> loaded.setState(each.name(), inputs.get(each.name())));
    Results results = loaded.run(graph.name(), inputs);
    graph
        .results()
        .forEach(
            (name, value) -> {
              double tolerance = tolerance(value.type().dtype());
              double[] actual = results.find(name).orElseGet(() -> loaded.state(name));
              if (!agree(actual, expected.get(name), tolerance)) {
                misses.add(
                    "%s of %s%n%s%n%s"
                        .formatted(
                            name,
                            value.op().text(),
                            Arrays.toString(actual),
                            Arrays.toString(expected.get(name))));
              }
            });
  }

  /** Of the greatest element: what a chain of roundings, each to another neighbour, may make. */
  private static double tolerance(DType type) {
    return switch (type) {
      case F64, I32, U8, BOOL -> 1e-9;
      case F32 -> 2e-4;
      case F16 -> 0x1p-7;
      case BF16 -> 0x1p-4;
    };
  }

  private static boolean agree(double[] actual, double[] expected, double tolerance) {
    double scale = Arrays.stream(expected).filter(Double::isFinite).map(Math::abs).max().orElse(0);
    double allowed = tolerance * Math.max(1e-3, scale);
    for (int i = 0; i < expected.length; i++) {
      boolean same =
          Double.compare(actual[i], expected[i]) == 0
              || Math.abs(actual[i] - expected[i]) <= allowed
              || (!Double.isFinite(actual[i]) && !Double.isFinite(expected[i]));
      if (!same) {
        return false;
      }
    }
    return true;
  }
}
