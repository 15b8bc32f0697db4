// SPDX-License-Identifier: Apache-2.0
package dlc.passes.simplify;

import dlc.ir.TensorType;
import dlc.ir.Value;
import dlc.ir.op.Layout;
import dlc.ir.op.Layout.Broadcast;
import dlc.ir.op.Layout.Reshape;
import dlc.ir.op.Layout.Transpose;
import dlc.passes.Rewrite;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Makes one layout op of two, and plainer ops of special ones.
 *
 * <pre>
 * reshape(reshape x)               =>  reshape x
 * transpose(transpose x)           =>  transpose x
 * broadcast(broadcast x)           =>  broadcast x
 * broadcast(reshape x), units only =>  broadcast x
 * broadcast that repeats nothing   =>  reshape x
 * </pre>
 */
final class MergeLayouts implements SimplifyRule {

  @Override
  public Optional<Value> apply(Value value, Rewrite target) {
    if (!(value.op() instanceof Layout op) || value.operands().size() != 1) {
      return Optional.empty();
    }
    Value x = value.operand(0);
    return switch (op) {
      case Reshape reshape when x.op() instanceof Reshape ->
          Optional.of(target.emit(reshape, x.operand(0)));
      case Transpose outer when x.op() instanceof Transpose inner ->
          Optional.of(target.emit(composed(outer, inner), x.operand(0)));
      case Transpose outer when movesUnitsOnly(outer, x.type()) ->
          Optional.of(target.emit(new Reshape(value.type().dims()), x));
      case Broadcast _ when value.type().elements() == x.type().elements() ->
          Optional.of(target.emit(new Reshape(value.type().dims()), x));
      case Broadcast outer when x.op() instanceof Broadcast inner ->
          Optional.of(
              target.emit(
                  new Broadcast(
                      outer.dims(),
                      inner.axes().stream().map(axis -> outer.axes().get(axis)).toList()),
                  x.operand(0)));
      case Broadcast outer when x.op() instanceof Reshape -> withoutUnits(outer, x, target);
      default -> Optional.empty();
    };
  }

  private static Transpose composed(Transpose outer, Transpose inner) {
    return new Transpose(
        outer.permutation().stream().map(axis -> inner.permutation().get(axis)).toList());
  }

  private static boolean movesUnitsOnly(Transpose transpose, TensorType x) {
    List<Integer> others =
        transpose.permutation().stream().filter(axis -> x.dim(axis) != 1).toList();
    return others.equals(others.stream().sorted().toList());
  }

  /** Drops the unit dimensions that a reshape put in only for the broadcast. */
  private static Optional<Value> withoutUnits(Broadcast outer, Value reshaped, Rewrite target) {
    Value x = reshaped.operand(0);
    List<Integer> axes = new ArrayList<>();
    int from = 0;
    for (int axis = 0; axis < reshaped.type().rank(); axis++) {
      int dim = reshaped.type().dim(axis);
      if (from < x.type().rank() && x.type().dim(from) == dim && dim != 1) {
        axes.add(outer.axes().get(axis));
        from++;
      } else if (dim != 1) {
        return Optional.empty();
      }
    }
    return from == x.type().rank()
        ? Optional.of(target.emit(new Broadcast(outer.dims(), axes), x))
        : Optional.empty();
  }
}
