// SPDX-License-Identifier: Apache-2.0
package dlc.passes.simplify;

import static org.assertj.core.api.Assertions.assertThat;

import dlc.base.Span;
import dlc.ir.DType;
import dlc.ir.Graph;
import dlc.ir.GraphBuilder;
import dlc.ir.Role;
import dlc.ir.TensorType;
import dlc.ir.Value;
import dlc.ir.kernel.Target;
import dlc.ir.op.Convolution;
import dlc.ir.op.Elementwise;
import dlc.ir.op.Geometry;
import dlc.ir.op.Gradient;
import dlc.ir.op.Layout;
import dlc.ir.op.ReduceFn;
import dlc.ir.op.Reduction;
import dlc.ir.op.RoutedWeightGrad;
import dlc.ir.op.Window;
import dlc.passes.Agreement;
import dlc.passes.Differentiate;
import dlc.passes.schedule.Schedule;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Gradients of convolutions behind maxima of windows are those of the full gradient. */
final class UseRoutesTest {

  @ParameterizedTest(name = "{0} images of {1}x{2}x{3}, windows of {4} in steps of {5}")
  @CsvSource({"2, 3, 6, 34, 2, 2", "3, 1, 9, 7, 2, 2", "2, 5, 10, 11, 3, 3", "2, 3, 9, 9, 3, 2"})
  void areThoseOfTheFullGradient(
      int samples, int channels, int height, int width, int window, int step) {
    Graph graph = new Differentiate().run(network(samples, channels, height, width, window, step));
    assertThat(new Simplify().run(graph).values())
        .filteredOn(value -> value.op() instanceof RoutedWeightGrad)
        .hasSize(1);
    for (Target target : List.of(Target.X86_64, Target.X86_64_V4)) {
      Agreement.check(graph, lowered -> Schedule.run(lowered, target));
    }
  }

  /** The gradients of a convolution, bias and rectifier before a maximum of windows. */
  private static Graph network(
      int samples, int channels, int height, int width, int size, int step) {
    GraphBuilder builder = new GraphBuilder("f");
    List<Integer> around = List.of(1, 2);
    Value x = input(builder, "x", samples, channels, height, width);
    Value w = input(builder, "w", 6, channels, 3, 3);
    Value b = input(builder, "b", 6);
    Geometry padded = new Geometry(List.of(1, 1), around, around, List.of(1, 1));
    Value y = builder.emit(new Convolution(padded, 1), Span.NONE, x, w);
    Value bias = builder.emit(new Layout.Broadcast(y.type().dims(), List.of(1)), Span.NONE, b);
    Value sum = builder.emit(Elementwise.ADD, Span.NONE, y, bias);
    Value active = builder.emit(Elementwise.RELU, Span.NONE, sum);
    Geometry apart = new Geometry(List.of(step, step), List.of(0, 0), List.of(0, 0), List.of(1, 1));
    Value pooled =
        builder.emit(
            new Window.WindowReduce(ReduceFn.MAX, List.of(size, size), apart), Span.NONE, active);
    Value square = builder.emit(Elementwise.MUL, Span.NONE, pooled, pooled);
    Value loss =
        builder.emit(new Reduction.Reduce(ReduceFn.SUM, List.of(0, 1, 2, 3)), Span.NONE, square);
    builder.result("loss", loss);
    builder.result("dw", builder.emit(new Gradient(), Span.NONE, loss, w));
    builder.result("db", builder.emit(new Gradient(), Span.NONE, loss, b));
    return builder.build();
  }

  private static Value input(GraphBuilder builder, String name, Integer... dims) {
    return builder.parameter(name, new TensorType(DType.F32, List.of(dims)), Role.INPUT, Span.NONE);
  }
}
