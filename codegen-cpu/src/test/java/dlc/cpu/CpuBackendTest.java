// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dlc.ir.DType;
import dlc.ir.Graph;
import dlc.ir.interp.GraphInterpreter;
import dlc.ir.interp.Inputs;
import dlc.ir.interp.OpExamples;
import dlc.ir.interp.RandomGraphs;
import dlc.ir.kernel.KernelPrinter;
import dlc.ir.kernel.Target;
import dlc.ir.text.GraphParser;
import dlc.ir.text.GraphPrinter;
import dlc.passes.Differentiate;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Compiled code computes what the interpreter does, with the same bits for any number of threads.
 */
final class CpuBackendTest {

  private static final int GRAPHS = 250;

  private static CpuBackend backend;

  @BeforeAll
  static void start() {
    backend = new CpuBackend(CpuBackend.host(), 2);
  }

  @AfterAll
  static void stop() {
    backend.close();
  }

  @TestFactory
  Stream<DynamicTest> everyOpAgreesWithTheInterpreter() {
    return OpExamples.all().stream()
        .flatMap(
            example ->
                Stream.concat(
                    Stream.of(example),
                    Stream.of(DType.F32, DType.BF16, DType.F16).map(example::in)))
        .map(
            example ->
                DynamicTest.dynamicTest(
                    example.toString(), () -> check(backend, example.graph(), 1)));
  }

  @TestFactory
  Stream<DynamicTest> agreesWithTheInterpreter() {
    return random(seed -> RandomGraphs.make(DType.F32, seed));
  }

  @TestFactory
  Stream<DynamicTest> agreesWithTheInterpreterOnNarrowFloats() {
    return random(seed -> RandomGraphs.make(seed % 2 == 0 ? DType.BF16 : DType.F16, seed));
  }

  @TestFactory
  Stream<DynamicTest> agreesWithTheInterpreterOnGradientsInDoublePrecision() {
    return random(seed -> new Differentiate().run(RandomGraphs.makeTraining(DType.F64, seed)));
  }

  private static Stream<DynamicTest> random(LongFunction<Graph> graphs) {
    return LongStream.range(0, GRAPHS)
        .mapToObj(
            seed ->
                DynamicTest.dynamicTest(
                    "graph " + seed, () -> check(backend, graphs.apply(seed), seed)));
  }

  @Test
  void agreesWithNarrowerVectors() {
    if (backend.target().vectorBytes() < 32) {
      return;
    }
    Target narrow = new Target(backend.target().cpu(), backend.target().features(), 32, 16);
    try (CpuBackend other = new CpuBackend(narrow, 1)) {
      for (long seed = 1000; seed < 1040; seed++) {
        check(other, RandomGraphs.make(DType.F32, seed), seed);
      }
    }
  }

  /** What passes between the two kernels is kept on the stack, sample by sample. */
  @Test
  void agreesWhereKernelsAreJoinedSampleBySample() {
    Graph graph =
        GraphParser.parseOne(
            """
            func @f(%x: f32[9, 1, 32, 32] input, %w: f32[16, 1, 3, 3] input, %b: f32[16] input) {
              %0 = convolution %x, %w stride=[1, 1] low=[1, 1] high=[1, 1] dilation=[1, 1] groups=1 : f32[9, 16, 32, 32]
              %1 = broadcast %b dims=[9, 16, 32, 32] axes=[1] : f32[9, 16, 32, 32]
              %2 = add %0, %1 : f32[9, 16, 32, 32]
              %3 = window_reduce %2 fn=max window=[2, 2] stride=[2, 2] low=[0, 0] high=[0, 0] dilation=[1, 1] : f32[9, 16, 16, 16]
              return y=%3
            }
            """);
    check(backend, graph, 1);
    try (CpuBackend other = new CpuBackend(Target.X86_64_V2, 3)) {
      check(other, graph, 1);
    }
  }

  /** Two memories are kept on the stack. */
  @Test
  void agreesWhereThreeKernelsAreJoinedSampleBySample() {
    Graph graph =
        GraphParser.parseOne(
            """
            func @f(%x: f32[256, 1, 32, 32] input, %w: f32[8, 1, 3, 3] input) {
              %0 = convolution %x, %w stride=[1, 1] low=[1, 1] high=[1, 1] dilation=[1, 1] groups=1 : f32[256, 8, 32, 32]
              %1 = window_reduce %0 fn=max window=[2, 2] stride=[2, 2] low=[0, 0] high=[0, 0] dilation=[1, 1] : f32[256, 8, 16, 16]
              %2 = window_reduce %1 fn=max window=[2, 2] stride=[2, 2] low=[0, 0] high=[0, 0] dilation=[1, 1] : f32[256, 8, 8, 8]
              return y=%2
            }
            """);
    check(backend, graph, 1);
    try (CpuBackend other = new CpuBackend(Target.X86_64_V2, 3)) {
      check(other, graph, 1);
    }
  }

  @Test
  void givesTheSameBitsForAnyNumberOfThreads() {
    List<Integer> counts = List.of(1, 3);
    for (int threads : counts) {
      try (CpuBackend other = new CpuBackend(backend.target(), threads)) {
        for (long seed = 2000; seed < 2040; seed++) {
          Graph graph = RandomGraphs.makeTraining(DType.F32, seed);
          Map<String, double[]> inputs = Inputs.random(graph, seed);
          Map<String, double[]> expected = CompiledGraphs.run(backend, graph, inputs);
          CompiledGraphs.run(other, graph, inputs)
              .forEach((name, elements) -> assertThat(elements).isEqualTo(expected.get(name)));
        }
      }
    }
  }

  private static void check(CpuBackend backend, Graph graph, long seed) {
    Map<String, double[]> inputs = Inputs.random(graph, seed);
    Map<String, double[]> expected = GraphInterpreter.run(graph, inputs);
    Map<String, double[]> actual = CompiledGraphs.run(backend, graph, inputs);
    graph
        .results()
        .forEach(
            (name, value) ->
                compare(
                    name,
                    actual.get(name),
                    expected.get(name),
                    tolerance(value.type().dtype()),
                    backend,
                    graph));
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

  private static void compare(
      String name,
      double[] actual,
      double[] expected,
      double tolerance,
      CpuBackend backend,
      Graph graph) {
    double scale = 1e-3;
    for (double element : expected) {
      scale = Double.isFinite(element) ? Math.max(scale, Math.abs(element)) : scale;
    }
    for (int i = 0; i < expected.length; i++) {
      boolean same =
          Double.compare(actual[i], expected[i]) == 0
              || Math.abs(actual[i] - expected[i]) <= tolerance * scale
              || (!Double.isFinite(actual[i]) && !Double.isFinite(expected[i]));
      if (!same) {
        throw new AssertionError(
            "%s[%d] is %s, not %s%n%s%n%s"
                .formatted(
                    name,
                    i,
                    actual[i],
                    expected[i],
                    GraphPrinter.print(graph),
                    KernelPrinter.print(CompiledGraphs.kernels(graph, backend.target()))));
      }
    }
  }
}
