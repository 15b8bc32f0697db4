// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dlc.base.Span;
import dlc.ir.DType;
import dlc.ir.Graph;
import dlc.ir.GraphBuilder;
import dlc.ir.Role;
import dlc.ir.TensorType;
import dlc.ir.Value;
import dlc.ir.interp.GraphInterpreter;
import dlc.ir.interp.Inputs;
import dlc.ir.op.Convolution;
import dlc.ir.op.Dot;
import dlc.ir.op.Geometry;
import dlc.ir.op.Op;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Products and convolutions of bf16 are what the interpreter computes, in matrices where this
 * processor multiplies them, whether sizes come out even or not.
 */
final class MatricesTest {

  /** Sums in another order may be rounded to the other neighbour. */
  private static final double LAST_DIGIT = 0x1p-7;

  private static final List<Integer> SIZES = List.of(2, 15, 16, 17, 33, 70);

  @ParameterizedTest
  @ValueSource(strings = {"ik,ok->io", "ik,ko->io", "ki,ko->io", "bik,bok->bio", "ibk,kbo->bio"})
  void products(String equation) {
    try (CpuBackend backend = new CpuBackend(CpuBackend.host(), 2)) {
      for (int rows : SIZES) {
        for (int columns : SIZES) {
          for (int terms : List.of(2, 3, 32, 40)) {
            Map<Character, Integer> sizes = Map.of('i', rows, 'o', columns, 'k', terms, 'b', 2);
            String[] sides = equation.substring(0, equation.indexOf('-')).split(",", -1);
            check(backend, new Dot(equation), dims(sides[0], sizes), dims(sides[1], sizes));
          }
        }
      }
    }
  }

  private static List<Integer> dims(String names, Map<Character, Integer> sizes) {
    List<Integer> dims = new ArrayList<>();
    names.chars().forEach(name -> dims.add(sizes.get((char) name)));
    return dims;
  }

  @ParameterizedTest
  @CsvSource({"16, 32, 3, 1, 1", "9, 40, 3, 1, 1", "16, 33, 5, 2, 2", "8, 16, 1, 1, 0"})
  void convolutions(int size, int channels, int kernel, int stride, int padding) {
    Geometry geometry =
        new Geometry(
            List.of(stride, stride),
            List.of(padding, padding),
            List.of(padding, padding),
            List.of(1, 1));
    try (CpuBackend backend = new CpuBackend(CpuBackend.host(), 2)) {
      check(
          backend,
          new Convolution(geometry, 1),
          List.of(3, channels, size, size),
          List.of(24, channels, kernel, kernel));
    }
  }

  private static void check(CpuBackend backend, Op op, List<Integer> lhs, List<Integer> rhs) {
    GraphBuilder builder = new GraphBuilder("f");
    Value x = builder.parameter("x", new TensorType(DType.BF16, lhs), Role.INPUT, Span.NONE);
    Value y = builder.parameter("y", new TensorType(DType.BF16, rhs), Role.INPUT, Span.NONE);
    builder.result("z", builder.emit(op, Span.NONE, x, y));
    Graph graph = builder.build();
    Map<String, double[]> inputs = Inputs.random(graph, 5);
    double[] expected = GraphInterpreter.run(graph, inputs).get("z");
    double greatest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
    assertThat(CompiledGraphs.run(backend, graph, inputs).get("z"))
        .as("%s of %s and %s", op, lhs, rhs)
        .containsExactly(expected, within(LAST_DIGIT * greatest));
  }
}
