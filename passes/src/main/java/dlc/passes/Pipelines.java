// SPDX-License-Identifier: Apache-2.0
package dlc.passes;

import dlc.ir.kernel.Target;
import dlc.passes.simplify.Simplify;
import java.util.List;
import java.util.Optional;

/** The passes there are, and the order in which models go through them. */
public final class Pipelines {

  private Pipelines() {}

  /** What every graph goes through before it is lowered to kernels, whatever the processor. */
  public static List<Pass> standard() {
    return standard(Target.X86_64);
  }

  /** What every graph goes through before it is lowered to kernels for {@code target}. */
  public static List<Pass> standard(Target target) {
    return List.of(
        // First: what is rounded early has a gradient of few digits, too.
        new RoundEarly(),
        // Before simplify, which would spend its time on gradients that nobody asked for, and
        // finds most of its work in what differentiation leaves behind, such as products with 1.
        new Differentiate(),
        // Kernels are planned for the plain form, in which a dot reads its operands as they lie.
        new Simplify(),
        new JoinDots(),
        // Last: what it makes has no gradient, and simplify knows convolutions only as such.
        UseWinograd.on(target));
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
