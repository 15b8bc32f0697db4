// SPDX-License-Identifier: Apache-2.0
package dlc.ir;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** The entry points of one model: {@code init}, {@code train_step}, {@code eval_step}, and so on. */
public record Program(String name, List<Graph> entries) {

  public Program {
    entries = List.copyOf(entries);
  }

  /** The entry point called {@code name}. */
  public Optional<Graph> entry(String name) {
    return entries.stream().filter(graph -> graph.name().equals(name)).findFirst();
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
