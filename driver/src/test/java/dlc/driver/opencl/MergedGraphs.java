// SPDX-License-Identifier: Apache-2.0
package dlc.driver.opencl;

import dlc.ir.Graph;
import dlc.ir.GraphBuilder;
import dlc.ir.Value;
import dlc.ir.op.Leaf;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Many graphs as one, since a device's driver takes long to make even a small kernel ready. */
final class MergedGraphs {

  private MergedGraphs() {}

  /** One graph that has all parameters and results of {@code graphs}, each with its number. */
  static Graph of(String name, List<Graph> graphs) {
    GraphBuilder builder = new GraphBuilder(name);
    for (int i = 0; i < graphs.size(); i++) {
      add(graphs.get(i), name + "." + i + ".", builder);
    }
    return builder.build();
  }

  private static void add(Graph graph, String prefix, GraphBuilder builder) {
    Map<Value, Value> copies = new HashMap<>();
    for (Value value : graph.values()) {
      Value copy =
          value.op() instanceof Leaf.Parameter declared
              ? builder.parameter(
                  prefix + declared.name(), declared.type(), declared.role(), value.span())
              : builder.emit(
                  value.op(), value.span(), value.operands().stream().map(copies::get).toList());
      copies.put(value, copy);
    }
    graph.results().forEach((result, value) -> builder.result(prefix + result, copies.get(value)));
  }
}
