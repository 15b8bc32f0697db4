// SPDX-License-Identifier: Apache-2.0
package dlc.passes.simplify;

import static dlc.passes.simplify.Constants.isAll;

import dlc.ir.DType;
import dlc.ir.Value;
import dlc.ir.op.Elementwise;
import dlc.ir.op.Generator;
import dlc.ir.op.Layout;
import dlc.ir.op.Reduction;
import dlc.passes.Rewrite;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Removes ops that change nothing: {@code x + 0}, {@code x * 1}, a reshape to the same shape.
 *
 * <p>{@code x * 0} becomes 0 although a NaN or an infinity would survive it: differentiation makes
 * such products by the hundred where a path is cut.
 */
final class RemoveIdentities implements SimplifyRule {

  @Override
  public Optional<Value> apply(Value value, Rewrite target) {
    return switch (value.op()) {
      case Elementwise op -> elementwise(op, value, target);
      case Generator.Cast cast -> cast(cast.dtype(), value.operand(0));
      case Layout.Broadcast _, Layout.Reshape _ -> sameShape(value);
      case Layout.Transpose(List<Integer> axes) ->
          when(axes.equals(IntStream.range(0, axes.size()).boxed().toList()), value.operand(0));
      case Layout.Slice(var _, var _, List<Integer> strides) ->
          strides.equals(Collections.nCopies(strides.size(), 1))
              ? sameShape(value)
              : Optional.empty();
      case Layout.Pad _ -> sameShape(value);
      case Layout.Concat _ -> when(value.operands().size() == 1, value.operand(0));
      case Reduction.Reduce reduce -> when(reduce.axes().isEmpty(), value.operand(0));
      default -> Optional.empty();
    };
  }

  private static Optional<Value> sameShape(Value value) {
    return when(value.type().equals(value.operand(0).type()), value.operand(0));
  }

  private static Optional<Value> when(boolean holds, Value replacement) {
    return holds ? Optional.of(replacement) : Optional.empty();
  }

  /** A cast to the type that a value has, or had before it was made wider. */
  private static Optional<Value> cast(DType dtype, Value x) {
    boolean wasMadeWider =
        dtype.isNarrow()
            && x.op() instanceof Generator.Cast
            && x.type().dtype() == dtype.computed()
            && x.operand(0).type().dtype() == dtype;
    return wasMadeWider ? Optional.of(x.operand(0)) : when(x.type().dtype() == dtype, x);
  }

  private static Optional<Value> elementwise(Elementwise op, Value value, Rewrite target) {
    Value x = value.operand(0);
    Value last = value.operand(value.operands().size() - 1);
    return switch (op) {
      case ADD -> isAll(x, 0) ? Optional.of(last) : when(isAll(last, 0), x);
      case SUB ->
          isAll(x, 0) ? Optional.of(target.emit(Elementwise.NEG, last)) : when(isAll(last, 0), x);
      case MUL -> {
        if (isAll(x, 0) || isAll(last, 0)) {
          yield Optional.of(target.fill(value.type(), 0));
        }
        yield isAll(x, 1) ? Optional.of(last) : when(isAll(last, 1), x);
      }
      case DIV -> isAll(x, 0) ? Optional.of(target.fill(value.type(), 0)) : when(isAll(last, 1), x);
      case POW -> power(value, target);
      case NEG -> when(x.op() == Elementwise.NEG, x.operands().isEmpty() ? x : x.operand(0));
      case SELECT -> {
        if (isAll(x, 0) || value.operand(1) == last) {
          yield Optional.of(last);
        }
        yield when(isAll(x, 1), value.operand(1));
      }
      default -> Optional.empty();
    };
  }

  private static Optional<Value> power(Value value, Rewrite target) {
    Value x = value.operand(0);
    Value exponent = value.operand(1);
    if (isAll(exponent, 2)) {
      return Optional.of(target.emit(Elementwise.MUL, x, x));
    }
    if (isAll(exponent, 0)) {
      return Optional.of(target.fill(value.type(), 1));
    }
    if (isAll(exponent, 0.5)) {
      return Optional.of(target.emit(Elementwise.SQRT, x));
    }
    return when(isAll(exponent, 1), x);
  }
}
