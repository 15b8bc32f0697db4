// SPDX-License-Identifier: Apache-2.0
package dlc.ir.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlc.base.CompilationFailed;
import dlc.base.SourceFile;
import dlc.base.Span;
import dlc.ir.DType;
import dlc.ir.Graph;
import dlc.ir.GraphBuilder;
import dlc.ir.Role;
import dlc.ir.TensorType;
import dlc.ir.Value;
import dlc.ir.interp.RandomGraphs;
import dlc.ir.op.Elementwise;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Printed graphs read back as they were, and text that is no graph is told so. */
final class PrintParseTest {

  private static final int GRAPHS = 200;

  @Test
  void randomGraphsReadBack() {
    for (int seed = 0; seed < GRAPHS; seed++) {
      assertReadsBack(RandomGraphs.make(DType.F32, seed));
      assertReadsBack(RandomGraphs.makeTraining(DType.F64, seed));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"x", "fc.weight", "fc.weight/exp_avg", "0", "%0", "a b", "a\"b\\", "\n", "", "ä"})
  void namesReadBack(String name) {
    GraphBuilder builder = new GraphBuilder(name);
    Value x = builder.parameter(name, TensorType.of(DType.F32, 2), Role.WEIGHT, Span.NONE);
    Value doubled = builder.emit(Elementwise.ADD, Span.NONE, x, x);
    builder.result(name, builder.emit(Elementwise.NEG, Span.NONE, doubled));
    assertReadsBack(builder.build());
  }

  @ParameterizedTest
  @ValueSource(
      doubles = {
        0,
        -0.0,
        1,
        0.1,
        1e-45,
        3.4e38,
        4.9E-324,
        1.7976931348623157e308,
        Double.NaN,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY
      })
  void numbersReadBack(double number) {
    for (DType dtype : DType.values()) {
      GraphBuilder builder = new GraphBuilder("f");
      TensorType pair = TensorType.of(dtype, 2);
      builder.result("scalar", builder.constant(dtype, number, Span.NONE));
      builder.result("same", builder.constant(pair, new double[] {number, number}, Span.NONE));
      builder.result("list", builder.constant(pair, new double[] {number, 1}, Span.NONE));
      assertReadsBack(builder.build());
    }
  }

  @Test
  void graphsThatDifferAreNotEqual() {
    Graph graph = GraphParser.parseOne("func @f(%x: f32[2]) { %0 = neg %x : f32[2] return y=%0 }");
    for (String other :
        new String[] {
          "func @g(%x: f32[2]) { %0 = neg %x : f32[2] return y=%0 }",
          "func @f(%x: f32[3]) { %0 = neg %x : f32[3] return y=%0 }",
          "func @f(%x: f32[2] weight) { %0 = neg %x : f32[2] return y=%0 }",
          "func @f(%x: f32[2]) { %0 = abs %x : f32[2] return y=%0 }",
          "func @f(%x: f32[2]) { %0 = neg %x : f32[2] return z=%0 }",
          "func @f(%x: f32[2]) { %0 = neg %x : f32[2] return y=%x }"
        }) {
      assertThat(Graphs.equal(graph, GraphParser.parseOne(other))).as(other).isFalse();
    }
  }

  @Test
  void longConstantsAreCutForPeopleAlone() {
    GraphBuilder builder = new GraphBuilder("f");
    double[] elements = IntStream.range(0, 100).asDoubleStream().toArray();
    builder.result("c", builder.constant(TensorType.of(DType.I32, 100), elements, Span.NONE));
    Graph graph = builder.build();
    assertThat(GraphPrinter.printForPeople(graph)).contains("[0, 1,").contains("15, … 84 more]");
    assertReadsBack(graph);
  }

  /** Text of IR with a few characters changed is either a graph or a located error. */
  @Test
  void brokenTextIsAnErrorAndNothingElse() {
    String signs = "%@(){}[]=:,\"\\-0123456789.einfax \n";
    for (int seed = 0; seed < 3000; seed++) {
      Random random = new Random(seed);
      Graph graph = RandomGraphs.make(DType.F32, seed % 100);
      StringBuilder text = new StringBuilder(GraphPrinter.print(graph));
      for (int change = random.nextInt(3); change >= 0; change--) {
        int at = random.nextInt(text.length());
        char sign = signs.charAt(random.nextInt(signs.length()));
        switch (random.nextInt(3)) {
          case 0 -> text.setCharAt(at, sign);
          case 1 -> text.insert(at, sign);
          default -> text.delete(at, Math.min(text.length(), at + 1 + random.nextInt(5)));
        }
      }
      try {
        GraphParser.parse(new SourceFile("fuzz", text.toString()))
            .forEach(parsed -> GraphPrinter.print(parsed));
      } catch (CompilationFailed failed) {
        assertThat(failed.diagnostics()).hasSize(1);
      } catch (RuntimeException crash) {
        throw new AssertionError("seed %d: %s".formatted(seed, text), crash);
      }
    }
  }

  @Test
  void aMissingEndIsAnError() {
    String text = "func @f(%x: f32[2]) { %0 = neg %x : f32[2] return y=%0 }";
    for (int end = 0; end < text.length(); end++) {
      SourceFile source = new SourceFile("cut", text.substring(0, end));
      assertThatThrownBy(() -> GraphParser.parse(source)).isInstanceOf(CompilationFailed.class);
    }
  }

  private static void assertReadsBack(Graph graph) {
    String text = GraphPrinter.print(graph);
    Graph read = GraphParser.parseOne(text);
    assertThat(Graphs.equal(graph, read)).as(text).isTrue();
    assertThat(GraphPrinter.print(read)).isEqualTo(text);
  }
}
