// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dlc.base.Span;
import dlc.ir.DType;
import dlc.ir.Graph;
import dlc.ir.GraphBuilder;
import dlc.ir.NarrowFloats;
import dlc.ir.Role;
import dlc.ir.TensorType;
import dlc.ir.Value;
import dlc.ir.kernel.Target;
import dlc.ir.op.Generator;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Narrow floats have the same bits with a processor's instructions for them and without. */
final class NarrowTextTest {

  private static final int ALL_BITS = 1 << 16;

  private static final Target HOST = CpuBackend.host();
  private static final Target PLAIN = new Target(HOST.cpu(), "", 16, 16);

  @Test
  void everyNarrowFloatIsWidened() {
    for (DType type : List.of(DType.BF16, DType.F16)) {
      double[] all =
          IntStream.range(0, ALL_BITS)
              .mapToDouble(bits -> NarrowFloats.value(type, (short) bits))
              .toArray();
      check(cast(type, DType.F32, all.length), all, all);
    }
  }

  @Test
  void floatsAreRoundedToTheNearest() {
    for (DType type : List.of(DType.BF16, DType.F16)) {
      double[] floats = floats(type);
      double[] expected = Arrays.stream(floats).map(type::round).toArray();
      check(cast(DType.F32, type, floats.length), floats, expected);
    }
  }

  @Test
  void theProcessorsInstructionsAreUsed() {
    Target able = new Target("znver4", "+avx512bf16", 64, 32);
    assertThat(text(DType.BF16, able)).contains("to <16 x bfloat>");
    assertThat(text(DType.BF16, Target.X86_64_V4)).doesNotContain("bfloat");
    assertThat(text(DType.F16, able)).contains("to <16 x half>");
    assertThat(text(DType.F16, PLAIN)).doesNotContain("half");
  }

  private static String text(DType type, Target target) {
    return ModuleText.write(CompiledGraphs.kernels(cast(DType.F32, type, 32), target), target, "m");
  }

  /** Every narrow float, what lies between two of them, and floats at random. */
  private static double[] floats(DType type) {
    Random random = new Random(3);
    DoubleStream between =
        IntStream.range(0, ALL_BITS)
            .mapToObj(bits -> NarrowFloats.value(type, (short) bits))
            .flatMapToDouble(
                value -> {
                  double next = NarrowFloats.value(type, bitsAfter(type, value));
                  float half = (float) ((value + next) / 2);
                  return DoubleStream.of(value, half, Math.nextUp(half), Math.nextDown(half));
                });
    DoubleStream any =
        random.ints(ALL_BITS).mapToDouble(bits -> Float.intBitsToFloat(bits)).filter(x -> x == x);
    // Instructions for bf16 take numbers that are not normal for 0.
    return DoubleStream.concat(between, any)
        .filter(x -> type == DType.F16 || x == 0 || !(Math.abs(x) < Float.MIN_NORMAL * 2))
        .toArray();
  }

  private static short bitsAfter(DType type, float value) {
    return (short) (NarrowFloats.bits(type, value) + 1);
  }

  private static Graph cast(DType from, DType to, int count) {
    GraphBuilder builder = new GraphBuilder("cast");
    Value x = builder.parameter("x", TensorType.of(from, count), Role.INPUT, Span.NONE);
    builder.result("y", builder.emit(new Generator.Cast(to), Span.NONE, x));
    return builder.build();
  }

  private static void check(Graph graph, double[] input, double[] expected) {
    for (Target target : List.of(HOST, PLAIN)) {
      try (CpuBackend backend = new CpuBackend(target, 1)) {
        double[] actual = CompiledGraphs.run(backend, graph, Map.of("x", input)).get("y");
        assertThat(actual).as(target.toString()).isEqualTo(expected);
      }
    }
  }
}
