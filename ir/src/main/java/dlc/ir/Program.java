// SPDX-License-Identifier: Apache-2.0
package dlc.ir;

import dlc.ir.op.Leaf;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * The entry points of one model: {@code init}, {@code train_step}, {@code eval_step}, and so on.
 */
public record Program(String name, List<Graph> entries) {

  public Program {
    entries = List.copyOf(entries);
  }

  /** The entry point called {@code name}. */
  public Optional<Graph> entry(String name) {
    return entries.stream().filter(graph -> graph.name().equals(name)).findFirst();
  }

  /**
   * Every weight, buffer and optimizer state that some entry point reads, in the order of names.
   */
  public Map<String, TensorType> states() {
    Map<String, TensorType> states = new TreeMap<>();
    for (Graph entry : entries) {
      for (Value parameter : entry.parameters()) {
        Leaf.Parameter declared = Graph.declaration(parameter);
        if (declared.role().persists()) {
          states.put(declared.name(), declared.type());
        }
      }
    }
    return Collections.unmodifiableMap(states);
  }

  /** The same program with each entry point rewritten. */
  public Program map(UnaryOperator<Graph> rewriting) {
    return new Program(name, entries.stream().map(rewriting).toList());
  }

  /** The same program with the entry points named alone. */
  public Program only(List<String> names) {
    return new Program(
        name, entries.stream().filter(graph -> names.contains(graph.name())).toList());
  }
}
