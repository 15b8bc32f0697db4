// SPDX-License-Identifier: Apache-2.0
package dlc.passes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dlc.ir.DType;
import dlc.ir.Graph;
import dlc.ir.Value;
import dlc.ir.interp.GraphInterpreter;
import dlc.ir.interp.Inputs;
import dlc.ir.interp.OpExamples;
import dlc.ir.interp.SizedExamples;
import dlc.ir.op.Attributes;
import dlc.ir.op.Elementwise;
import dlc.ir.op.Gradient;
import dlc.ir.op.Op;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The gradient of every op agrees with central differences. */
final class OpGradientTest {

  private static final double TOLERANCE = 1e-6;

  @Test
  void everyOpHasAnExample() {
    assertThat(missing(OpExamples.all())).containsExactly(new Gradient().mnemonic());
    assertThat(missing(SizedExamples.of(127, 3))).containsExactly(new Gradient().mnemonic());
  }

  private static TreeSet<String> missing(List<OpExamples.Example> examples) {
    TreeSet<String> missing = new TreeSet<>(Attributes.mnemonics());
    examples.forEach(example -> missing.remove(example.op().mnemonic()));
    return missing;
  }

  @TestFactory
  Stream<DynamicTest> everyOp() {
    return OpExamples.all().stream()
        .filter(OpExamples.Example::isDifferentiated)
        .map(example -> DynamicTest.dynamicTest(example.toString(), () -> check(example)));
  }

  private static void check(OpExamples.Example example) {
    Graph graph = new Differentiate().run(example.gradients());
    Map<String, double[]> inputs = inputs(graph, example.op());
    Map<String, double[]> results = GraphInterpreter.run(graph, inputs);
    for (Map.Entry<String, double[]> result : results.entrySet()) {
      String name = result.getKey();
      if (name.startsWith("d ")) {
        double[] differences = differences(graph, inputs, name.substring(2));
        assertThat(result.getValue()).as(name).hasSameSizeAs(differences);
        for (int i = 0; i < differences.length; i++) {
          double scale = Math.max(1, Math.abs(differences[i]));
          assertThat(result.getValue()[i])
              .as("%s at %d", name, i)
              .isCloseTo(differences[i], within(TOLERANCE * scale));
        }
      }
    }
  }

  private static double[] differences(Graph graph, Map<String, double[]> inputs, String name) {
    // f32 rounds, but only casts have it here and they are linear: a coarse step is exact.
    boolean isCoarse =
        graph.values().stream().map(Value::type).anyMatch(type -> type.dtype() == DType.F32);
    double step = isCoarse ? 0x1p-4 : 1e-5;
    double[] variable = Objects.requireNonNull(inputs.get(name));
    double[] differences = new double[variable.length];
    for (int i = 0; i < variable.length; i++) {
      double before = variable[i];
      variable[i] = before + step;
      double above = loss(graph, inputs);
      variable[i] = before - step;
      double below = loss(graph, inputs);
      variable[i] = before;
      differences[i] = (above - below) / (2 * step);
    }
    return differences;
  }

  private static double loss(Graph graph, Map<String, double[]> inputs) {
    return Objects.requireNonNull(GraphInterpreter.run(graph, inputs).get("loss"))[0];
  }

  /** Floats that are far from where the op is undefined or has a kink, and all different. */
  private static Map<String, double[]> inputs(Graph graph, Op op) {
    Random random = new Random(3);
    Map<String, double[]> inputs = Inputs.random(graph, 5);
    for (Value parameter : graph.parameters()) {
      if (parameter.type().dtype() == DType.F64) {
        double[] elements = inputs.get(Graph.declaration(parameter).name());
        Arrays.setAll(
            elements,
            _ -> {
              double magnitude = 0.3 + random.nextDouble();
              return needsPositive(op) || random.nextBoolean() ? magnitude : -magnitude;
            });
      }
    }
    return inputs;
  }

  private static boolean needsPositive(Op op) {
    return Stream.of(
            Elementwise.POW,
            Elementwise.LOG,
            Elementwise.LOG1P,
            Elementwise.SQRT,
            Elementwise.RSQRT)
        .collect(Collectors.toSet())
        .contains(op);
  }
}
