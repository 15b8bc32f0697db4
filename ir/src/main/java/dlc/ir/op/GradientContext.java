// SPDX-License-Identifier: Apache-2.0
package dlc.ir.op;

import dlc.ir.DType;
import dlc.ir.TensorType;
import dlc.ir.Value;
import dlc.ir.scalar.Scalar;
import java.util.List;

/** What an op's gradient rule may ask for and where it leaves its answers. */
public interface GradientContext {

  /** The value whose op is differentiated. */
  Value result();

  /** The gradient of the loss in the result. */
  Value upstream();

  /** Whether the gradient in operand {@code index} is needed. */
  boolean wants(int index);

  /** Adds {@code part} to the gradient of operand {@code index}. */
  void add(int index, Value part);

  /** A new value with the span of the result. */
  Value emit(Op op, Value... operands);

  /** A value all of whose elements are {@code number}. */
  Value fill(TensorType type, double number);

  default List<Value> operands() {
    return result().operands();
  }

  default Value operand(int index) {
    return result().operand(index);
  }

  /** {@code upstream * partial}, where {@code Arg(i)} is {@code arguments(i)}. */
  default Value times(Value upstream, Scalar partial, List<Value> arguments) {
    return switch (partial) {
      case Scalar.Literal(double value, DType _) when value == 1 -> upstream;
      case Scalar.Literal(double value, DType _) when value == -1 ->
          emit(Elementwise.NEG, upstream);
      case Scalar.Literal(double value, DType _) when value == 0 -> fill(upstream.type(), 0);
      case Scalar.Select(Scalar test, Scalar whenTrue, Scalar whenFalse) ->
          emit(
              Elementwise.SELECT,
              evaluate(test, arguments, upstream.type()),
              times(upstream, whenTrue, arguments),
              times(upstream, whenFalse, arguments));
      case Scalar.Binary(var fn, Scalar lhs, Scalar rhs)
          when fn == dlc.ir.scalar.BinaryFn.DIV && lhs instanceof Scalar.Literal ->
          emit(
              Elementwise.DIV,
              times(upstream, lhs, arguments),
              evaluate(rhs, arguments, upstream.type()));
      default -> emit(Elementwise.MUL, upstream, evaluate(partial, arguments, upstream.type()));
    };
  }

  /** The value of {@code scalar} where {@code Arg(i)} is {@code arguments(i)}. */
  default Value evaluate(Scalar scalar, List<Value> arguments, TensorType type) {
    return switch (scalar) {
      case Scalar.Arg arg -> arguments.get(arg.index());
      case Scalar.Literal literal -> fill(type, literal.value());
      case Scalar.Unary unary ->
          emit(Elementwise.of(unary.fn()), evaluate(unary.operand(), arguments, type));
      case Scalar.Binary binary ->
          emit(
              Elementwise.of(binary.fn()),
              evaluate(binary.lhs(), arguments, type),
              evaluate(binary.rhs(), arguments, type));
      case Scalar.Select select ->
          emit(
              Elementwise.SELECT,
              evaluate(select.test(), arguments, type),
              evaluate(select.whenTrue(), arguments, type),
              evaluate(select.whenFalse(), arguments, type));
      case Scalar.Fma _,
          Scalar.Cast _,
          Scalar.Position _,
          Scalar.Holds _,
          Scalar.Uniform _,
          Scalar.Load _,
          Scalar.Local _ ->
          throw new IllegalStateException("no op of tensors computes " + scalar);
    };
  }
}
