// SPDX-License-Identifier: Apache-2.0
package dlc.driver.opencl;

import dlc.driver.parity.Machine;
import dlc.driver.parity.Results;
import dlc.ir.DType;
import dlc.ir.Graph;
import dlc.ir.Program;
import dlc.ir.interp.GraphInterpreter;
import dlc.ir.interp.Inputs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Whether a machine computes of graphs what the interpreter does. */
final class DeviceAgreement {

  /** So many graphs are compiled as one. */
  private static final int GROUP = 40;

  private DeviceAgreement() {}

  /** Each result that differs, with both values. */
  static List<String> misses(Stream<Graph> all, Machine machine) {
    List<Graph> graphs = all.toList();
    List<Graph> merged = new ArrayList<>();
    for (int start = 0; start < graphs.size(); start += GROUP) {
      int end = Math.min(start + GROUP, graphs.size());
      merged.add(MergedGraphs.of("g" + merged.size(), graphs.subList(start, end)));
    }
    List<String> misses = new ArrayList<>();
    List<String> names = merged.stream().map(Graph::name).toList();
    try (Machine.Loaded loaded = machine.load(new Program("graphs", merged), names)) {
      for (Graph graph : merged) {
        compare(graph, loaded, misses);
      }
    }
    return misses;
  }

  private static void compare(Graph graph, Machine.Loaded loaded, List<String> misses) {
    Map<String, double[]> inputs = Inputs.random(graph, 1);
    Map<String, double[]> expected = GraphInterpreter.run(graph, inputs);
    graph.parameters().stream()
        .map(Graph::declaration)
        .filter(each -> each.role().persists())
        .forEach(each -> loaded.setState(each.name(), inputs.get(each.name())));
    Results results = loaded.run(graph.name(), inputs);
    graph
        .results()
        .forEach(
            (name, value) -> {
              double tolerance = tolerance(value.type().dtype());
              double[] actual = results.find(name).orElseGet(() -> loaded.state(name));
              if (!agree(actual, expected.get(name), tolerance)) {
                misses.add(
                    "%s of %s%n%s%n%s"
                        .formatted(
                            name,
                            value.op().text(),
                            Arrays.toString(actual),
                            Arrays.toString(expected.get(name))));
              }
            });
  }

  /** Of the greatest element: what a chain of roundings, each to another neighbour, may make. */
  private static double tolerance(DType type) {
    return switch (type) {
      case F64, I32, U8, BOOL -> 1e-9;
      case F32 -> 2e-4;
      case F16 -> 0x1p-7;
      case BF16 -> 0x1p-4;
    };
  }

  private static boolean agree(double[] actual, double[] expected, double tolerance) {
    double scale = Arrays.stream(expected).filter(Double::isFinite).map(Math::abs).max().orElse(0);
    double allowed = tolerance * Math.max(1e-3, scale);
    for (int i = 0; i < expected.length; i++) {
      boolean same =
          Double.compare(actual[i], expected[i]) == 0
              || Math.abs(actual[i] - expected[i]) <= allowed
              || (!Double.isFinite(actual[i]) && !Double.isFinite(expected[i]));
      if (!same) {
        return false;
      }
    }
    return true;
  }
}
