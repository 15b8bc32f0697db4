// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dlc.ir.Graph;
import dlc.ir.kernel.Target;
import dlc.ir.text.GraphParser;
import dlc.passes.Agreement;
import dlc.passes.Differentiate;
import dlc.passes.lower.LowerToKernels;
import dlc.passes.lower.LoweredGraph;
import dlc.passes.simplify.Simplify;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What several kernels do in one walk is what they do one after the other. */
final class JoinRowsTest {

  /** Forward, and backward to all inputs, by a mean over {@code axes}. */
  private static Graph normalisation(String dims, String axes, String kept, String type) {
    return GraphParser.parseOne(
        """
        func @f(%x: {type} input, %g: {type} input, %w: {type} input) {
          %0 = reduce %x fn=sum axes=[{axes}] : {kept}
          %1 = constant 0.01 : f32[]
          %2 = broadcast %1 dims=[{keptdims}] axes=[] : {kept}
          %3 = mul %0, %2 : {kept}
          %4 = broadcast %3 dims=[{dims}] axes=[{others}] : {type}
          %5 = sub %x, %4 : {type}
          %6 = mul %5, %5 : {type}
          %7 = reduce %6 fn=sum axes=[{axes}] : {kept}
          %8 = add %7, %2 : {kept}
          %9 = rsqrt %8 : {kept}
          %10 = broadcast %9 dims=[{dims}] axes=[{others}] : {type}
          %11 = mul %5, %10 : {type}
          %12 = mul %11, %w : {type}
          %13 = mul %12, %g : {type}
          %14 = reduce %13 fn=sum axes=[0, 1, 2] : f32[]
          %15 = gradient %14, %x : {type}
          %16 = gradient %14, %w : {type}
          %17 = reduce %16 fn=sum axes=[0, 1] : f32[{last}]
          return y=%12, loss=%14, dx=%15, dw=%17
        }
        """
            .replace("{type}", type)
            .replace("{dims}", dims)
            .replace("{axes}", axes)
            .replace("{kept}", kept)
            .replace("{keptdims}", kept.replaceAll("f32\\[|\\]", ""))
            .replace("{others}", others(axes))
            .replace("{last}", dims.replaceAll(".*, ", "")));
  }

  private static String others(String axes) {
    return String.join(
        ", ", List.of("0", "1", "2").stream().filter(axis -> !axes.contains(axis)).toList());
  }

  @Test
  void rowsOfTheLastDimension() {
    isJoined(normalisation("16, 30, 100", "2", "f32[16, 30]", "f32[16, 30, 100]"));
  }

  @Test
  void rowsOfTheMiddleDimension() {
    isJoined(normalisation("20, 16, 128", "0, 2", "f32[16]", "f32[20, 16, 128]"));
  }

  @Test
  void rowsOfPartsOfADimension() {
    isJoined(
        GraphParser.parseOne(
            """
            func @f(%x: f32[8, 24, 200] input, %w: f32[24] input) {
              %0 = reshape %x dims=[8, 4, 1200] : f32[8, 4, 1200]
              %1 = reduce %0 fn=sum axes=[2] : f32[8, 4]
              %2 = broadcast %1 dims=[8, 4, 1200] axes=[0, 1] : f32[8, 4, 1200]
              %3 = sub %0, %2 : f32[8, 4, 1200]
              %4 = reshape %3 dims=[8, 24, 200] : f32[8, 24, 200]
              %5 = broadcast %w dims=[8, 24, 200] axes=[1] : f32[8, 24, 200]
              %6 = mul %4, %5 : f32[8, 24, 200]
              %7 = reduce %6 fn=sum axes=[0, 2] : f32[24]
              return y=%6, s=%7
            }
            """));
  }

  @Test
  void aSumOfAllWithWhatMakesTheTerms() {
    isJoined(
        GraphParser.parseOne(
            """
            func @f(%x: f32[18, 50, 61] input, %g: f32[18, 50, 61] input) {
              %0 = relu %x : f32[18, 50, 61]
              %1 = mul %0, %g : f32[18, 50, 61]
              %2 = reduce %1 fn=max axes=[0, 1, 2] : f32[]
              %3 = reduce %0 fn=sum axes=[1, 2] : f32[18]
              return y=%0, z=%1, greatest=%2, sums=%3
            }
            """));
  }

  @Test
  void stateThatIsOverwrittenLater() {
    isJoined(
        GraphParser.parseOne(
            """
            func @f(%x: f32[16, 30, 100] input, %w: f32[100] weight) {
              %0 = broadcast %w dims=[16, 30, 100] axes=[2] : f32[16, 30, 100]
              %1 = mul %x, %0 : f32[16, 30, 100]
              %2 = reduce %1 fn=sum axes=[2] : f32[16, 30]
              %3 = broadcast %2 dims=[16, 30, 100] axes=[0, 1] : f32[16, 30, 100]
              %4 = sub %1, %3 : f32[16, 30, 100]
              %5 = reduce %4 fn=sum axes=[0, 1] : f32[100]
              %6 = sub %w, %5 : f32[100]
              return y=%4, w=%6
            }
            """));
  }

  @Test
  void notRowsOfOneAndColumnsOfTheOther() {
    Graph graph =
        GraphParser.parseOne(
            """
            func @f(%x: f32[200, 200] input) {
              %0 = reduce %x fn=max axes=[1] : f32[200]
              %1 = broadcast %0 dims=[200, 200] axes=[0] : f32[200, 200]
              %2 = sub %x, %1 : f32[200, 200]
              %3 = transpose %2 permutation=[1, 0] : f32[200, 200]
              %4 = mul %2, %3 : f32[200, 200]
              %5 = reduce %4 fn=sum axes=[1] : f32[200]
              %6 = broadcast %5 dims=[200, 200] axes=[0] : f32[200, 200]
              %7 = sub %3, %6 : f32[200, 200]
              return y=%2, z=%7
            }
            """);
    agrees(graph);
  }

  private static void isJoined(Graph graph) {
    Graph whole = new Differentiate().run(graph);
    LoweredGraph plain = LowerToKernels.run(new Simplify().run(whole));
    assertThat(JoinRows.run(plain).calls())
        .extracting(call -> call.kernel().name())
        .filteredOn(name -> name.endsWith("_rows"))
        .hasSize(1);
    agrees(whole);
  }

  private static void agrees(Graph graph) {
    for (Target target : List.of(Target.X86_64, Target.X86_64_V4)) {
      Agreement.check(graph, lowered -> Schedule.run(lowered, target));
    }
  }
}
