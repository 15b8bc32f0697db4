// SPDX-License-Identifier: Apache-2.0
package dlc.passes.simplify;

import dlc.ir.Value;
import dlc.ir.op.Elementwise;
import dlc.ir.op.Layout.Concat;
import dlc.ir.op.Layout.Pad;
import dlc.passes.Rewrite;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * A sum of two values that are padded so that one begins where the other ends is their
 * concatenation, padded: what becomes of the gradients of slices.
 *
 * <pre>
 * pad(x, high 3) + pad(y, low 2, high 1)   =>   pad(concat(x, y), high 1)
 * </pre>
 */
final class JoinPads implements SimplifyRule {

  @Override
  public Optional<Value> apply(Value value, Rewrite target) {
    if (value.op() != Elementwise.ADD) {
      return Optional.empty();
    }
    Value x = value.operand(0);
    Value y = value.operand(1);
    if (!(x.op() instanceof Pad first && y.op() instanceof Pad second)) {
      return Optional.empty();
    }
    int axis = axis(first);
    if (axis < 0 || axis != axis(second)) {
      return Optional.empty();
    }
    if (end(x, first, axis) == second.low().get(axis)) {
      return Optional.of(joined(x, y, axis, target));
    }
    return end(y, second, axis) == first.low().get(axis)
        ? Optional.of(joined(y, x, axis, target))
        : Optional.empty();
  }

  /** The one dimension that is padded, without gaps, or -1. */
  private static int axis(Pad pad) {
    int found = -1;
    for (int axis = 0; axis < pad.low().size(); axis++) {
      if (pad.gaps().get(axis) != 0) {
        return -1;
      }
      if (pad.low().get(axis) != 0 || pad.high().get(axis) != 0) {
        if (found >= 0) {
          return -1;
        }
        found = axis;
      }
    }
    return found;
  }

  private static int end(Value padded, Pad pad, int axis) {
    return pad.low().get(axis) + padded.operand(0).type().dim(axis);
  }

  private static Value joined(Value before, Value after, int axis, Rewrite target) {
    List<Value> parts = new ArrayList<>(parts(before.operand(0), axis));
    parts.addAll(parts(after.operand(0), axis));
    Value joined = target.emit(new Concat(axis), parts);
    int low = ((Pad) before.op()).low().get(axis);
    int high = ((Pad) after.op()).high().get(axis);
    if (low == 0 && high == 0) {
      return joined;
    }
    return target.emit(Pad.around(only(axis, low, joined), only(axis, high, joined)), joined);
  }

  private static List<Value> parts(Value value, int axis) {
    return value.op().equals(new Concat(axis)) ? value.operands() : List.of(value);
  }

  private static List<Integer> only(int axis, int amount, Value value) {
    List<Integer> amounts = new ArrayList<>(Collections.nCopies(value.type().rank(), 0));
    amounts.set(axis, amount);
    return amounts;
  }
}
