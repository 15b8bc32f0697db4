// SPDX-License-Identifier: Apache-2.0
package dlc.ir.text;

import static org.assertj.core.api.Assertions.assertThat;

import dlc.base.Span;
import dlc.ir.DType;
import dlc.ir.Graph;
import dlc.ir.GraphBuilder;
import dlc.ir.Role;
import dlc.ir.TensorType;
import dlc.ir.Value;
import dlc.ir.op.Elementwise;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Graphs that no builder makes are found out. */
final class VerifierTest {

  private final GraphBuilder builder = new GraphBuilder("f");
  private final TensorType pair = TensorType.of(DType.F32, 2);
  private final Value x = builder.parameter("x", pair, Role.INPUT, Span.NONE);
  private final Value negative = builder.emit(Elementwise.NEG, Span.NONE, x);

  @Test
  void undeclaredParameter() {
    assertProblem(new Graph("f", List.of(), Map.of("y", negative)), "x is undeclared");
  }

  @Test
  void aParameterThatIsNone() {
    assertProblem(new Graph("f", List.of(x, negative), Map.of()), "stands among the parameters");
  }

  @Test
  void twoParametersOfOneName() {
    Value other = builder.parameter("x", TensorType.of(DType.F32), Role.INPUT, Span.NONE);
    assertProblem(new Graph("f", List.of(x, other), Map.of()), "two parameters are called x");
  }

  @Test
  void equalValuesOfTwoBuilders() {
    Value again = new GraphBuilder("g").emit(Elementwise.NEG, Span.NONE, x);
    Graph graph = new Graph("f", List.of(x), Map.of("a", negative, "b", again));
    assertProblem(graph, "exists twice");
  }

  @Test
  void aSoundGraph() {
    Graph graph = new Graph("f", List.of(x), Map.of("y", negative));
    assertThat(Verifier.problems(graph)).isEmpty();
  }

  private static void assertProblem(Graph graph, String text) {
    assertThat(Verifier.problems(graph)).anyMatch(problem -> problem.contains(text));
  }
}
