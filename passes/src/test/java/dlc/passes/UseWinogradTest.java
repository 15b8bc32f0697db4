// SPDX-License-Identifier: Apache-2.0
package dlc.passes;

import static org.assertj.core.api.Assertions.assertThat;

import dlc.base.Span;
import dlc.ir.DType;
import dlc.ir.Graph;
import dlc.ir.GraphBuilder;
import dlc.ir.Role;
import dlc.ir.TensorType;
import dlc.ir.Value;
import dlc.ir.interp.GraphInterpreter;
import dlc.ir.interp.Inputs;
import dlc.ir.kernel.Target;
import dlc.ir.op.Convolution;
import dlc.ir.op.ConvolutionInputGrad;
import dlc.ir.op.ConvolutionWeightGrad;
import dlc.ir.op.Geometry;
import dlc.ir.op.Tiles;
import dlc.passes.schedule.Schedule;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Products of transformed tiles are the convolutions that they stand for, and nearly as exact. */
final class UseWinogradTest {

  /** What is lost in the transformations may cost two bits. */
  private static final double WORSE = 4;

  @ParameterizedTest
  @CsvSource({"16, 12, 12, 1", "32, 9, 15, 1", "32, 14, 8, 0"})
  void isNearlyAsExactAsTheDirectSum(int channels, int height, int width, int padding) {
    Graph exact = convolutions(DType.F64, channels, height, width, padding);
    Graph direct = convolutions(DType.F32, channels, height, width, padding);
    Graph fast = new UseWinograd().run(direct);
    assertThat(fast.values()).filteredOn(value -> value.op() instanceof Tiles).hasSize(8);
    Map<String, double[]> inputs = Inputs.random(direct, 3);
    Map<String, double[]> expected = GraphInterpreter.run(exact, inputs);
    Map<String, double[]> products = GraphInterpreter.run(fast, inputs);
    expected.forEach(
        (name, values) ->
            assertThat(error(products.get(name), values))
                .as(name)
                .isLessThan(WORSE * errorOfSums(values, direct.results().get(name))));
  }

  /**
   * What summing products one after the other in single precision costs: half a unit of the last
   * place of each partial sum, which grow like a random walk to the whole.
   */
  private static double errorOfSums(double[] values, Value result) {
    double terms =
        result.op() instanceof ConvolutionWeightGrad
            ? (double) result.operand(1).type().elements() / result.type().dim(0)
            : 9.0 * result.operand(0).type().dim(1);
    double size = error(values, new double[values.length]);
    return size * 0x1p-24 * Math.sqrt(terms / 6);
  }

  @ParameterizedTest
  @CsvSource({"16, 12, 9, 1", "20, 9, 14, 1"})
  void isScheduledForAnyTarget(int channels, int height, int width, int padding) {
    Graph fast = new UseWinograd().run(convolutions(DType.F32, channels, height, width, padding));
    for (Target target : List.of(Target.X86_64, Target.X86_64_V3, Target.X86_64_V4)) {
      Agreement.check(fast, lowered -> Schedule.run(lowered, target));
    }
  }

  @Test
  void whatIsMultipliedInMatricesIsLeftAsItIs() {
    UseWinograd pass = UseWinograd.on(Target.SAPPHIRE_RAPIDS);
    Graph narrow = convolutions(DType.BF16, 32, 14, 8, 0);
    assertThat(pass.run(narrow).values()).noneMatch(value -> value.op() instanceof Tiles);
    assertThat(pass.remarks(narrow)).hasSize(3).asString().contains("multiplies matrices");
    assertThat(pass.run(convolutions(DType.F32, 32, 14, 8, 0)).values())
        .anyMatch(value -> value.op() instanceof Tiles);
  }

  private static double error(double[] actual, double[] expected) {
    double squares = 0;
    for (int i = 0; i < expected.length; i++) {
      squares += (actual[i] - expected[i]) * (actual[i] - expected[i]);
    }
    return Math.sqrt(squares / expected.length);
  }

  /** A convolution and its gradients in the input and in the weights. */
  private static Graph convolutions(DType dtype, int channels, int height, int width, int padding) {
    GraphBuilder builder = new GraphBuilder("f");
    List<Integer> around = List.of(padding, padding);
    Geometry geometry = new Geometry(List.of(1, 1), around, around, List.of(1, 1));
    int down = height + 2 * padding - 2;
    int across = width + 2 * padding - 2;
    Value x = input(builder, "x", TensorType.of(dtype, 2, channels, height, width));
    Value w = input(builder, "w", TensorType.of(dtype, channels, channels, 3, 3));
    Value dy = input(builder, "dy", TensorType.of(dtype, 2, channels, down, across));
    builder.result("y", builder.emit(new Convolution(geometry, 1), Span.NONE, x, w));
    var toInput = new ConvolutionInputGrad(geometry, 1, List.of(height, width));
    builder.result("dx", builder.emit(toInput, Span.NONE, dy, w));
    var toWeights = new ConvolutionWeightGrad(geometry, 1, List.of(3, 3));
    builder.result("dw", builder.emit(toWeights, Span.NONE, x, dy));
    return builder.build();
  }

  private static Value input(GraphBuilder builder, String name, TensorType type) {
    return builder.parameter(name, type, Role.INPUT, Span.NONE);
  }
}
