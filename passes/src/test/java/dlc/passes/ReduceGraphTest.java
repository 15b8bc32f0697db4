// SPDX-License-Identifier: Apache-2.0
package dlc.passes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlc.base.SourceFile;
import dlc.base.UserError;
import dlc.ir.DType;
import dlc.ir.Graph;
import dlc.ir.interp.RandomGraphs;
import dlc.ir.op.Elementwise;
import dlc.ir.text.GraphParser;
import dlc.ir.text.GraphPrinter;
import dlc.ir.text.Verifier;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Small graphs with the same failure. */
final class ReduceGraphTest {

  private static final Graph LARGE =
      GraphParser.parseOne(
          """
          func @large(%x: f32[4, 8] input, %w: f32[8, 8] weight, %b: f32[4, 8] input) {
            %0 = dot %x, %w equation="zk,ko->zo" : f32[4, 8]
            %1 = add %0, %b : f32[4, 8]
            %2 = relu %1 : f32[4, 8]
            %3 = tanh %2 : f32[4, 8]
            %4 = exp %3 : f32[4, 8]
            %5 = reduce %4 fn=sum axes=[0, 1] : f32[]
            %6 = constant 2.0 : f32[]
            %7 = mul %5, %6 : f32[]
            return loss=%7, y=%3, z=%1
          }
          """);

  @Test
  void keepsWhatFailsAndNothingElse() {
    Graph small =
        ReduceGraph.run(
            LARGE,
            graph ->
                graph.values().stream()
                    .anyMatch(
                        value ->
                            value.op() == Elementwise.EXP
                                && value.operand(0).op() == Elementwise.TANH));
    assertThat(GraphPrinter.print(small))
        .isEqualTo(
            """
            func @large(%cut0: f32[4, 8] input) {
              %0 = tanh %cut0 : f32[4, 8]
              %1 = exp %0 : f32[4, 8]
              return loss=%1
            }
            """);
  }

  @Test
  void whatIsSmallAlreadyStays() {
    Graph small = GraphParser.parseOne("func @f(%x: f32[2] input) {\n  return y=%x\n}\n");
    assertThat(GraphPrinter.print(ReduceGraph.run(small, _ -> true)))
        .isEqualTo(GraphPrinter.print(small));
  }

  @Test
  void everyStepIsASoundGraph() {
    for (int seed = 0; seed < 20; seed++) {
      Graph graph = RandomGraphs.make(DType.F32, seed);
      ReduceGraph.run(
          graph,
          each -> {
            Verifier.verify(each);
            return GraphParser.parseOne(GraphPrinter.print(each)).results().size() > 0;
          });
    }
  }

  @Test
  void refusesAGraphThatDoesNotFail() {
    assertThatThrownBy(() -> ReduceGraph.run(LARGE, _ -> false))
        .isInstanceOf(IllegalArgumentException.class);
    SourceFile source = new SourceFile("large.dlir", GraphPrinter.print(LARGE));
    assertThatThrownBy(
            () -> OptTool.run(List.of("reduce", "--passes=simplify", "--emit=kernel"), source))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("nothing to keep");
  }
}
