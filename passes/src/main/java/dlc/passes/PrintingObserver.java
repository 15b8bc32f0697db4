// SPDX-License-Identifier: Apache-2.0
package dlc.passes;

import dlc.ir.Graph;
import dlc.ir.text.GraphPrinter;
import dlc.ir.text.Graphs;
import java.util.function.Consumer;

/**
 * Prints the graph after one pass or after each, where the pass changed it; long constants are cut.
 *
 * @param id the name of the pass, or {@code all}
 * @param out takes the text
 */
public record PrintingObserver(String id, Consumer<String> out) implements Pipeline.Observer {

  /** Stands for every pass. */
  public static final String ALL = "all";

  @Override
  public void after(Pass pass, Graph before, Graph after) {
    boolean isAsked = id.equals(ALL) || id.equals(pass.id());
    if (isAsked && !Graphs.equal(before, after)) {
      out.accept("// ---- after %s\n%s".formatted(pass.id(), GraphPrinter.printForPeople(after)));
    }
  }
}
