// SPDX-License-Identifier: Apache-2.0
package dlc.passes.simplify;

import dlc.ir.DType;
import dlc.ir.Value;
import dlc.ir.op.Elementwise;
import dlc.ir.op.Generator;
import dlc.ir.scalar.BinaryFn;
import dlc.ir.scalar.Scalar;
import dlc.passes.Rewrite;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** Computes elementwise ops and casts whose operands are each one number everywhere. */
final class FoldConstants implements SimplifyRule {

  @Override
  public Optional<Value> apply(Value value, Rewrite target) {
    List<Double> numbers = new ArrayList<>();
    for (Value operand : value.operands()) {
      OptionalDouble number = Constants.uniform(operand);
      if (number.isEmpty()) {
        return Optional.empty();
      }
      numbers.add(number.getAsDouble());
    }
    return switch (value.op()) {
      case Elementwise op -> {
        DType type = value.operand(value.operands().size() - 1).type().dtype();
        double number = evaluate(op.value().withLiterals(type), numbers, type.computed());
        yield Optional.of(target.fill(value.type(), value.type().dtype().round(number)));
      }
      case Generator.Cast cast ->
          Optional.of(target.fill(value.type(), cast.dtype().round(numbers.getFirst())));
      default -> Optional.empty();
    };
  }

  private static double evaluate(Scalar scalar, List<Double> numbers, DType type) {
    return switch (scalar) {
      case Scalar.Arg arg -> numbers.get(arg.index());
      case Scalar.Literal literal -> literal.value();
      case Scalar.Unary(var fn, var x) -> type.round(fn.of(evaluate(x, numbers, type)));
      case Scalar.Binary(BinaryFn fn, var x, var y) ->
          fn.isComparison() || !type.isFloat()
              ? fn.of(evaluate(x, numbers, type), evaluate(y, numbers, type), !type.isFloat())
              : type.round(fn.of(evaluate(x, numbers, type), evaluate(y, numbers, type), false));
      case Scalar.Select(var test, var x, var y) ->
          evaluate(evaluate(test, numbers, type) != 0 ? x : y, numbers, type);
      case Scalar.Cast(var to, var x) -> to.round(evaluate(x, numbers, type));
      case Scalar.Fma _,
          Scalar.Position _,
          Scalar.Holds _,
          Scalar.Uniform _,
          Scalar.Load _,
          Scalar.Local _ ->
          throw new IllegalStateException("not elementwise: " + scalar);
    };
  }
}
