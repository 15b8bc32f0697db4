// SPDX-License-Identifier: Apache-2.0
package dlc.passes;

import dlc.ir.Graph;
import java.util.List;
import java.util.Locale;

/** A rewriting of a graph that keeps what it computes. */
@FunctionalInterface
public interface Pass {

  Graph run(Graph graph);

  /** What it leaves as it is in {@code graph}, and why, where that is worth telling. */
  default List<Remark> remarks(Graph graph) {
    return List.of();
  }

  /** The name on the command line: {@code FoldConstants} is {@code fold-constants}. */
  default String id() {
    return getClass()
        .getSimpleName()
        .replaceAll("(?<=[a-z])(?=[A-Z])", "-")
        .toLowerCase(Locale.ROOT);
  }
}
