// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import dlc.ir.scalar.LoopVar;
import dlc.ir.scalar.Scalar;
import java.util.List;
import java.util.Optional;

/**
 * Sums of products in which an element meets the few factors of a window alone, as in a convolution
 * of each channel by itself and its gradients.
 *
 * <pre>
 * y[c, d] = sum over r < 3 of x[c, d + r] * w[c, r]
 * v[c, r] = sum over d < 16 of x[c, d + r] * z[c, d]
 * </pre>
 *
 * <p>Tiles of them have nothing to share but what windows overlap in, and a copy of {@code x} in
 * which no read needs a condition costs more than the sums. They are folds, read where they lie.
 */
final class FewProducts {

  /** The factors that an element meets. */
  private static final int MOST = 16;

  private FewProducts() {}

  static boolean fits(PlainNest nest, int lanes) {
    return isWindow(nest, lanes) || !sideBySide(nest, lanes).isEmpty();
  }

  /** Whether few products are summed, and vectors are multiplied by one factor each. */
  private static boolean isWindow(PlainNest nest, int lanes) {
    return nest.turns() <= MOST
        && operands(nest)
            .filter(
                loads ->
                    nest.loops().stream()
                        .anyMatch(loop -> isAlone(loop, loads) && isAlong(loop, loads, 1, lanes)))
            .isPresent();
  }

  /**
   * The loops of the result which the factors of a sum along memory do not depend on, when they are
   * those of a window that reaches into padding: all its sums can be made at once.
   */
  static List<LoopVar> sideBySide(PlainNest nest, int lanes) {
    Optional<List<Scalar.Load>> operands = operands(nest);
    if (operands.isEmpty()
        || operands.get().getFirst().when().always()
        || !isAlong(nest.reduced().getLast(), operands.get(), 2, lanes)) {
      return List.of();
    }
    List<LoopVar> window =
        nest.loops().stream().filter(loop -> isAlone(loop, operands.get())).toList();
    return PlainNest.product(window) <= MOST ? window : List.of();
  }

  /** The operands, of which the first one uses all loops of the result that are used. */
  private static Optional<List<Scalar.Load>> operands(PlainNest nest) {
    return ScheduleContraction.product(nest)
        .map(loads -> uses(nest, loads.getFirst(), loads.getLast()) ? loads : loads.reversed())
        .filter(loads -> uses(nest, loads.getFirst(), loads.getLast()));
  }

  private static boolean uses(PlainNest nest, Scalar.Load x, Scalar.Load y) {
    return nest.loops().stream().allMatch(loop -> x.dependsOn(loop) || !y.dependsOn(loop));
  }

  private static boolean isAlone(LoopVar loop, List<Scalar.Load> operands) {
    return operands.getFirst().dependsOn(loop) && !operands.getLast().dependsOn(loop);
  }

  /** Whether the first {@code count} operands lie along {@code loop}, which fills vectors. */
  private static boolean isAlong(LoopVar loop, List<Scalar.Load> operands, int count, int lanes) {
    return loop.extent() >= lanes / 2
        && operands.subList(0, count).stream()
            .allMatch(load -> load.at().getLast().stride(loop) > 0);
  }
}
