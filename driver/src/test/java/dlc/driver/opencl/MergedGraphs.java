// SPDX-License-Identifier: Apache-2.0
package dlc.driver.opencl;

import dlc.ir.Graph;
import dlc.ir.GraphBuilder;
import dlc.ir.Value;
import dlc.ir.op.Leaf;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Many graphs as one, since a device's driver takes long to make even a small kernel ready. */
final class MergedGraphs {

  private MergedGraphs() {}

  /** One graph that has all parameters and results of {@code graphs}, each with its number. */
  static Graph of(String name, List<Graph> graphs) {
    GraphBuilder builder = new GraphBuilder(name);
    for (int i = 0; i < graphs.size(); i++) {
      Graph graph = graphs.get(i);
      add(graph, graph.results().keySet(), name + "." + i + ".", builder);
    }
    return builder.build();
  }

  /** {@code graph} without its result called {@code name}. */
  static Graph without(String name, Graph graph) {
    GraphBuilder builder = new GraphBuilder(graph.name());
    Set<String> kept = new LinkedHashSet<>(graph.results().keySet());
    kept.remove(name);
    add(graph, kept, "", builder);
    return builder.build();
  }

  private static void add(Graph graph, Set<String> kept, String prefix, GraphBuilder builder) {
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
    kept.forEach(
        result -> builder.result(prefix + result, copies.get(graph.results().get(result))));
  }
}
