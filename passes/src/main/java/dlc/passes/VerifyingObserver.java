// SPDX-License-Identifier: Apache-2.0
package dlc.passes;

import dlc.ir.Graph;
import dlc.ir.text.Verifier;
import java.util.List;

/**
 * Verifies each graph that a pass makes, and that its parameters and results are still the same.
 */
public final class VerifyingObserver implements Pipeline.Observer {

  @Override
  public void after(Pass pass, Graph before, Graph after) {
    Verifier.verify(after);
    if (!signature(before).equals(signature(after))) {
      throw new IllegalStateException(
          "%s changed %s to %s".formatted(pass.id(), signature(before), signature(after)));
    }
  }

  private static List<String> signature(Graph graph) {
    return graph.results().entrySet().stream()
        .map(entry -> entry.getKey() + ": " + entry.getValue().type())
        .toList();
  }
}
