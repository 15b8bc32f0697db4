// SPDX-License-Identifier: Apache-2.0
package dlc.driver.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import dlc.base.Span;
import dlc.driver.parity.BackendMachine;
import dlc.driver.parity.CpuMachine;
import dlc.driver.parity.Machine;
import dlc.driver.parity.Results;
import dlc.ir.DType;
import dlc.ir.Graph;
import dlc.ir.GraphBuilder;
import dlc.ir.Program;
import dlc.ir.Role;
import dlc.ir.TensorType;
import dlc.ir.Value;
import dlc.ir.op.Elementwise;
import dlc.ir.op.Generator;
import dlc.opencl.device.OpenCl;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Ops that compute each element by itself have the same bits on the processor and on a device,
 * taken for a processor or for a graphics processor: of all normal floats, alone and fused.
 */
final class SameBitsTest {

  /** Every so many floats, in the order of their bits; a prime, so that all low bits occur. */
  private static final int STRIDE = 131_071;

  private static final int DENSE = 20_000;

  private static final List<Elementwise> FUNCTIONS =
      Arrays.stream(Elementwise.values()).filter(SameBitsTest::isOfFloats).toList();

  /** pow is the device's own. */
  private static boolean isOfFloats(Elementwise op) {
    return switch (op) {
      case POW, AND, OR, NOT, SELECT -> false;
      case ADD,
          SUB,
          MUL,
          DIV,
          MAX,
          MIN,
          NEG,
          RELU,
          EXP,
          EXPM1,
          LOG,
          LOG1P,
          SQRT,
          RSQRT,
          ABS,
          SIGN,
          SIN,
          COS,
          TANH,
          SIGMOID,
          ERF,
          FLOOR,
          EQUAL,
          NOT_EQUAL,
          LESS,
          LESS_EQUAL,
          GREATER,
          GREATER_EQUAL,
          STOP_GRADIENT ->
          true;
    };
  }

  @Test
  void everyDeviceComputesTheSame() {
    OpenClDevices.require();
    Map<String, double[]> inputs = inputs();
    Graph graph = graph(inputs.get("x").length);
    Map<String, double[]> expected = results(new CpuMachine(2), graph, inputs);
    List<BackendMachine> devices =
        List.of(
            new BackendMachine(OpenCl.open("opencl")),
            new BackendMachine(OpenCl.openAsGraphics("opencl")));
    for (BackendMachine device : devices) {
      Map<String, List<String>> differences = new LinkedHashMap<>();
      results(device, graph, inputs)
          .forEach(
              (name, actual) -> {
                List<String> all = differences(inputs, expected.get(name), actual);
                if (!all.isEmpty()) {
                  differences.put(name, all);
                }
              });
      assertThat(differences).isEmpty();
    }
  }

  /** Each op of x and y, and products that are terms of sums, in one kernel. */
  private static Graph graph(int count) {
    GraphBuilder builder = new GraphBuilder("g");
    TensorType type = TensorType.of(DType.F32, count);
    Value x = builder.parameter("x", type, Role.INPUT, Span.NONE);
    Value y = builder.parameter("y", type, Role.INPUT, Span.NONE);
    for (Elementwise op : FUNCTIONS) {
      Value value = emit(builder, op, List.of(x, y).subList(0, op.operandNames().size()));
      if (value.type().dtype() == DType.BOOL) {
        value = builder.emit(new Generator.Cast(DType.F32), Span.NONE, List.of(value));
      }
      builder.result(op.mnemonic(), value);
    }
    Value product = emit(builder, Elementwise.MUL, List.of(x, y));
    Value square = emit(builder, Elementwise.MUL, List.of(y, y));
    builder.result("plus", emit(builder, Elementwise.ADD, List.of(product, square)));
    builder.result("minus", emit(builder, Elementwise.SUB, List.of(x, product)));
    Value sine = emit(builder, Elementwise.SIN, List.of(y));
    Value wave = emit(builder, Elementwise.MUL, List.of(x, sine));
    builder.result("wave", emit(builder, Elementwise.ADD, List.of(wave, square)));
    return builder.build();
  }

  private static Value emit(GraphBuilder builder, Elementwise op, List<Value> operands) {
    return builder.emit(op, Span.NONE, operands);
  }

  private static Map<String, double[]> inputs() {
    DoubleStream spread =
        IntStream.range(0, (int) ((1L << 32) / STRIDE))
            .mapToDouble(i -> Float.intBitsToFloat(i * STRIDE));
    DoubleStream dense = new SplittableRandom(1).doubles(DENSE, -20, 20).map(x -> (float) x);
    double[] x = DoubleStream.concat(spread, dense).map(SameBitsTest::flushed).toArray();
    SplittableRandom random = new SplittableRandom(2);
    double[] y = Arrays.stream(x).map(each -> other(each, random)).toArray();
    return Map.of("x", x, "y", y);
  }

  /** Some number that is not much more or less, so that sums of both have digits of each. */
  private static double other(double x, SplittableRandom random) {
    return flushed((float) (x * random.nextDouble(-3, 3)));
  }

  /** Devices may count subnormal numbers as 0, or not. */
  private static double flushed(double x) {
    return Math.abs(x) < Float.MIN_NORMAL ? Math.copySign(0, x) : x;
  }

  private static Map<String, double[]> results(
      BackendMachine machine, Graph graph, Map<String, double[]> inputs) {
    try (machine;
        Machine.Loaded loaded =
            machine.load(new Program("g", List.of(graph)), List.of(graph.name()))) {
      Results results = loaded.run(graph.name(), inputs);
      Map<String, double[]> all = new LinkedHashMap<>();
      graph.results().keySet().forEach(name -> all.put(name, results.get(name)));
      return all;
    }
  }

  private static List<String> differences(
      Map<String, double[]> inputs, double[] expected, double[] actual) {
    return IntStream.range(0, expected.length)
        .filter(i -> Double.compare(expected[i], actual[i]) != 0)
        .mapToObj(
            i ->
                "of %s and %s: %s, on the device %s"
                    .formatted(inputs.get("x")[i], inputs.get("y")[i], expected[i], actual[i]))
        .limit(5)
        .toList();
  }
}
