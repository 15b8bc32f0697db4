// SPDX-License-Identifier: Apache-2.0
package dlc.ir.interp;

import dlc.ir.Graph;
import dlc.ir.TensorType;
import dlc.ir.Value;
import dlc.ir.op.Leaf;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/** Numbers to run a graph on. */
public final class Inputs {

  private static final int MOST_INTEGER = 4;
  private static final double FRACTION = 64;

  private Inputs() {}

  /**
   * Elements for each parameter of {@code graph} that follow from {@code seed} alone: small
   * integers, and floats from -2 to 2 that every float type holds exactly.
   */
  public static Map<String, double[]> random(Graph graph, long seed) {
    Map<String, double[]> inputs = new LinkedHashMap<>();
    Random random = new Random(seed);
    for (Value value : graph.parameters()) {
      Leaf.Parameter parameter = Graph.declaration(value);
      double[] elements = new double[Math.toIntExact(parameter.type().elements())];
      Arrays.setAll(elements, _ -> element(parameter.type(), random));
      inputs.put(parameter.name(), elements);
    }
    return inputs;
  }

  private static double element(TensorType type, Random random) {
    return switch (type.dtype()) {
      case F32, F64, BF16, F16 ->
          random.nextInt((int) (-2 * FRACTION), (int) (2 * FRACTION)) / FRACTION;
      case I32, U8 -> random.nextInt(MOST_INTEGER);
      case BOOL -> random.nextInt(2);
    };
  }

  /** The elements that {@code inputs} has for {@code name}, rounded to {@code type}. */
  static double[] of(String name, TensorType type, Map<String, double[]> inputs) {
    double[] elements = inputs.get(name);
    if (elements == null) {
      throw new IllegalArgumentException("no input for " + name);
    }
    if (elements.length != type.elements()) {
      throw new IllegalArgumentException(
          "%d elements for %s: %s".formatted(elements.length, name, type));
    }
    return Arrays.stream(elements).map(type.dtype()::round).toArray();
  }
}
