// SPDX-License-Identifier: Apache-2.0
package dlc.ir.scalar;

import dlc.ir.DType;

/** Scalar expressions as text, as kernels show them. */
public final class ScalarPrinter {

  private ScalarPrinter() {}

  public static String print(Scalar scalar) {
    return switch (scalar) {
      case Scalar.Arg arg -> "#" + arg.index();
      case Scalar.Literal literal -> number(literal);
      case Scalar.Unary(var fn, var x) -> fn + "(" + print(x) + ")";
      case Scalar.Binary(BinaryFn fn, var x, var y) when fn.isCall() ->
          fn.symbol() + "(" + print(x) + ", " + print(y) + ")";
      case Scalar.Binary(var fn, var x, var y) ->
          "(" + print(x) + " " + fn.symbol() + " " + print(y) + ")";
      case Scalar.Fma(var x, var y, var z) ->
          "fma(" + print(x) + ", " + print(y) + ", " + print(z) + ")";
      case Scalar.Select(var test, var x, var y) ->
          "(" + print(test) + " ? " + print(x) + " : " + print(y) + ")";
      case Scalar.Cast(var type, var x) -> type + "(" + print(x) + ")";
      case Scalar.Position(var index) -> "at(" + index + ")";
      case Scalar.Uniform(int stream, var seed, var step, var element) ->
          "uniform(%d, %s, %s, %s)".formatted(stream, print(seed), print(step), element);
      case Scalar.Load(var buffer, var at, var when, double otherwise) ->
          when.always()
              ? buffer.name() + at
              : "(%s ? %s%s : %s)".formatted(when, buffer, at, otherwise);
      case Scalar.Holds(var when) -> "(" + when + ")";
      case Scalar.Local local -> local.name();
    };
  }

  private static String number(Scalar.Literal literal) {
    double value = literal.value();
    if (literal.type() == DType.BOOL) {
      return value != 0 ? "true" : "false";
    }
    if (!literal.type().isFloat()) {
      return Long.toString((long) value);
    }
    return literal.type() == DType.F32 ? Float.toString((float) value) : Double.toString(value);
  }
}
