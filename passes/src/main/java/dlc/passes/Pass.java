// SPDX-License-Identifier: Apache-2.0
package dlc.passes;

import dlc.ir.Graph;
import java.util.Locale;

/** A rewriting of a graph that keeps what it computes. */
@FunctionalInterface
public interface Pass {

  Graph run(Graph graph);

  /** The name on the command line: {@code FoldConstants} is {@code fold-constants}. */
  default String id() {
    return getClass()
        .getSimpleName()
        .replaceAll("(?<=[a-z])(?=[A-Z])", "-")
        .toLowerCase(Locale.ROOT);
  }
}
