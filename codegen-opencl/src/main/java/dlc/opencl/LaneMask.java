// SPDX-License-Identifier: Apache-2.0
package dlc.opencl;

import dlc.ir.DType;
import dlc.ir.scalar.Condition;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The lanes in which something has an effect, told apart by when that is known: branches for each
 * lane are slow, and few lanes need one.
 *
 * @param lanes how many there are
 * @param known those that are not left out by what is known when the text is written, as bits
 * @param whole what all lanes depend on alike; nothing means that it holds
 * @param each what differs between lanes; nothing means that it holds in all
 */
record LaneMask(int lanes, int known, @Nullable Operand whole, @Nullable Operand each) {

  /**
   * The mask of {@code condition} in the turns of {@code lane}.
   *
   * @param text writes a condition
   */
  static LaneMask of(Condition condition, LoopVar lane, Function<Condition, Operand> text) {
    int known = all(lane.extent());
    Condition whole = Condition.ALWAYS;
    Condition each = Condition.ALWAYS;
    for (Condition.Test test : condition.tests()) {
      Condition single = new Condition(List.of(test));
      Index rest = test.index().minus(lane.index().times(test.index().stride(lane)));
      if (!test.index().dependsOn(lane)) {
        whole = whole.and(single);
      } else if (rest.isConstant()) {
        known &= holding(single, lane);
      } else {
        each = each.and(single);
      }
    }
    return new LaneMask(
        lane.extent(),
        known,
        whole.always() ? null : text.apply(whole),
        each.always() ? null : text.apply(each).splat(lane.extent()));
  }

  private static int all(int lanes) {
    return (1 << lanes) - 1;
  }

  private static int holding(Condition condition, LoopVar lane) {
    return IntStream.range(0, lane.extent())
        .filter(
            turn ->
                condition
                    .map(index -> index.substitute(loop -> at(loop, lane, turn)))
                    .tests()
                    .isEmpty())
        .map(turn -> 1 << turn)
        .reduce(0, (x, y) -> x | y);
  }

  private static Index at(LoopVar loop, LoopVar lane, int turn) {
    return loop.equals(lane) ? Index.of(turn) : loop.index();
  }

  /** Whether the lanes are known but for what all of them depend on alike. */
  boolean isKnown() {
    return each == null;
  }

  /** Whether all lanes are in it where {@link #whole} holds. */
  boolean isFull() {
    return isKnown() && known == all(lanes);
  }

  /** Whether lane number {@code lane} may be in it. */
  boolean has(int lane) {
    return (known >> lane & 1) != 0;
  }

  /** All of it as one mask. */
  Operand vector() {
    Operand sum = each;
    if (known != all(lanes)) {
      String bits =
          IntStream.range(0, lanes)
              .mapToObj(lane -> has(lane) ? "-1" : "0")
              .collect(Collectors.joining(", ", "(int" + lanes + ")(", ")"));
      sum = both(sum, new Operand(bits, DType.BOOL, lanes));
    }
    if (whole != null) {
      sum = both(sum, whole.splat(lanes));
    }
    if (sum == null) {
      throw new IllegalStateException("all lanes need no mask");
    }
    return sum;
  }

  private static Operand both(@Nullable Operand x, Operand y) {
    return x == null
        ? y
        : new Operand("(%s & %s)".formatted(x.text(), y.text()), DType.BOOL, y.lanes());
  }
}
