// SPDX-License-Identifier: Apache-2.0
package dlc.passes;

import dlc.passes.simplify.Simplify;
import java.util.List;
import java.util.Optional;

/** The passes there are, and the order in which models go through them. */
public final class Pipelines {

  private Pipelines() {}

  /** What every graph goes through before it is lowered to kernels. */
  public static List<Pass> standard() {
    return List.of(
        // First: simplify would spend its time on gradients that nobody asked for, and finds most
        // of
        // its work in what differentiation leaves behind, such as products with 1.
        new Differentiate(),
        // Last: kernels are planned for the plain form, in which a dot reads its operands as they
        // lie.
        new Simplify());
  }

  /** The pass called {@code id}. */
  public static Optional<Pass> named(String id) {
    return standard().stream().filter(pass -> pass.id().equals(id)).findFirst();
  }

  /** The names of all passes. */
  public static List<String> ids() {
    return standard().stream().map(Pass::id).toList();
  }
}
