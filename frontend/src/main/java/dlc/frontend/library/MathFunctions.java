// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.library;

import dlc.base.Code;
import dlc.frontend.value.Complaint;
import dlc.frontend.value.Datum;
import dlc.frontend.value.Datum.BoolDatum;
import dlc.frontend.value.Datum.FloatDatum;
import dlc.frontend.value.Datum.IntDatum;
import dlc.frontend.value.Datum.ListDatum;
import dlc.frontend.value.Datum.NoneDatum;
import dlc.frontend.value.Datum.StringDatum;
import dlc.frontend.value.Datum.TensorDatum;
import dlc.frontend.value.Read;
import dlc.ir.DType;
import dlc.ir.op.Elementwise;
import dlc.ir.op.ReduceFn;
import java.util.Collections;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.DoubleUnaryOperator;

/** Functions of numbers, which apply to tensors element by element. */
final class MathFunctions {

  static final List<Primitive> ALL =
      List.of(
          unary("exp", "e to the power of x", Elementwise.EXP, Math::exp),
          unary("log", "The natural logarithm", Elementwise.LOG, Math::log),
          unary("expm1", "exp(x) - 1, exact also where x is small", Elementwise.EXPM1, Math::expm1),
          unary("log1p", "log(1 + x), exact also where x is small", Elementwise.LOG1P, Math::log1p),
          unary("sqrt", "The square root", Elementwise.SQRT, Math::sqrt),
          unary("rsqrt", "1 / sqrt(x)", Elementwise.RSQRT, x -> 1 / Math.sqrt(x)),
          unary("sign", "-1, 0 or 1", Elementwise.SIGN, Math::signum),
          unary("sin", "The sine", Elementwise.SIN, Math::sin),
          unary("cos", "The cosine", Elementwise.COS, Math::cos),
          unary("tanh", "The hyperbolic tangent", Elementwise.TANH, Math::tanh),
          unary("sigmoid", "1 / (1 + exp(-x))", Elementwise.SIGMOID, x -> 1 / (1 + Math.exp(-x))),
          new Primitive(
              "erf(x)",
              "2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x: [...] -> [...].",
              in -> onTensor(in, Elementwise.ERF)),
          new Primitive(
              "relu(x)", "max(x, 0): [...] -> [...].", in -> onTensor(in, Elementwise.RELU)),
          new Primitive(
              "stop_gradient(x)",
              "x, held constant by differentiation: [...] -> [...].",
              in -> onTensor(in, Elementwise.STOP_GRADIENT)),
          new Primitive("abs(x)", "The absolute value: [...] -> [...].", MathFunctions::abs),
          new Primitive(
              "floor(x)",
              "The greatest whole number up to x: [...] -> [...].",
              MathFunctions::floor),
          new Primitive(
              "min(x, y=none, dim=none, keep=false)",
              """
              min(x, y) is the lesser of two tensors' elements, [...] and [...] broadcast. min(x) is
              the least element over the dimensions `dim` of a sample, or over all of them: [...] ->
              [...] without `dim`. Equal elements share the gradient.
              """,
              in -> extreme(in, false)),
          new Primitive(
              "max(x, y=none, dim=none, keep=false)",
              """
              max(x, y) is the greater of two tensors' elements, [...] and [...] broadcast. max(x) is
              the greatest element over the dimensions `dim` of a sample, or over all of them:
              [...] -> [...] without `dim`. Equal elements share the gradient.
              """,
              in -> extreme(in, true)),
          new Primitive(
              "pow(x, y)",
              "x ^ y: [...] and [...], broadcast.",
              in -> Arithmetic.power(in.ops(), in.datum("x"), in.datum("y"))),
          new Primitive(
              "where(condition, x, y)",
              "x where the condition holds, else y: bool[...], [...] and [...], broadcast.",
              MathFunctions::where),
          new Primitive(
              "len(x)",
              "The length of a list or string, or of the first dimension of x [n, ...].",
              MathFunctions::length),
          new Primitive("str(x)", in -> new StringDatum(in.datum("x").toString())),
          new Primitive(
              "int(x)",
              "x as ints, rounded towards zero: f32[...] or bool[...] -> i32[...].",
              MathFunctions::toInt),
          new Primitive(
              "float(x)",
              "x as floats: i32[...] or bool[...] -> f32[...].",
              MathFunctions::toFloat),
          new Primitive("is_list(x)", in -> new BoolDatum(in.datum("x") instanceof ListDatum)),
          new Primitive("is_tensor(x)", in -> new BoolDatum(in.datum("x") instanceof TensorDatum)),
          new Primitive("is_none(x)", in -> new BoolDatum(in.datum("x") == NoneDatum.NONE)),
          new Primitive(
              "is_integer(x)", in -> new BoolDatum(TensorOps.dtype(in.tensor("x")) == DType.I32)),
          new Primitive("fill(x, count, name=none)", MathFunctions::fill),
          new Primitive("batch_size()", in -> new IntDatum(in.ops().batch())));

  private MathFunctions() {}

  private static Primitive unary(
      String name, String doc, Elementwise op, DoubleUnaryOperator known) {
    return new Primitive(
        name + "(x)",
        doc + ": [...] -> [...].",
        in ->
            isNumber(in.datum("x"))
                ? new FloatDatum(known.applyAsDouble(in.number("x")))
                : onTensor(in, op));
  }

  private static boolean isNumber(Datum datum) {
    return datum instanceof IntDatum || datum instanceof FloatDatum;
  }

  private static TensorDatum onTensor(Arguments in, Elementwise op) {
    return in.ops().elementwise(in.function(), op, in.tensor("x"));
  }

  private static Datum abs(Arguments in) {
    return switch (in.datum("x")) {
      case IntDatum(long value) -> new IntDatum(Math.abs(value));
      case FloatDatum number -> new FloatDatum(Math.abs(number.observed()));
      default -> onTensor(in, Elementwise.ABS);
    };
  }

  private static Datum floor(Arguments in) {
    return isNumber(in.datum("x"))
        ? new IntDatum((long) Math.floor(in.number("x")))
        : onTensor(in, Elementwise.FLOOR);
  }

  private static Datum toInt(Arguments in) {
    return in.datum("x") instanceof TensorDatum x
        ? in.ops().cast(x, DType.I32)
        : new IntDatum((long) in.number("x"));
  }

  private static Datum toFloat(Arguments in) {
    return in.datum("x") instanceof TensorDatum x
        ? in.ops().floating(x)
        : new FloatDatum(in.number("x"));
  }

  /** The greater or lesser of two values, of a list, or along dimensions. */
  private static Datum extreme(Arguments in, boolean greatest) {
    if (in.given("y")) {
      return greaterOrLess(in, greatest);
    }
    if (in.datum("x") instanceof ListDatum(List<Datum> items) && !items.isEmpty()) {
      BinaryOperator<Datum> better =
          (a, b) ->
              Read.number(in.function(), a) >= Read.number(in.function(), b) == greatest ? a : b;
      return items.stream().reduce(better).orElseThrow();
    }
    TensorDatum x = in.tensor("x");
    ReduceFn fn = greatest ? ReduceFn.MAX : ReduceFn.MIN;
    return in.ops().reduce(fn, x, in.dimsOf("dim", x.rank()), in.flag("keep"));
  }

  private static Datum greaterOrLess(Arguments in, boolean greatest) {
    Datum x = in.datum("x");
    Datum y = in.datum("y");
    if (x instanceof IntDatum(long a) && y instanceof IntDatum(long b)) {
      return new IntDatum(greatest ? Math.max(a, b) : Math.min(a, b));
    }
    if (isNumber(x) && isNumber(y)) {
      double a = in.number("x");
      double b = in.number("y");
      return new FloatDatum(greatest ? Math.max(a, b) : Math.min(a, b));
    }
    Elementwise op = greatest ? Elementwise.MAX : Elementwise.MIN;
    return in.ops().elementwise(in.function(), op, in.tensor("x"), in.tensor("y"));
  }

  private static Datum where(Arguments in) {
    if (in.datum("condition") instanceof BoolDatum(boolean condition)) {
      return condition ? in.datum("x") : in.datum("y");
    }
    TensorDatum condition = in.tensor("condition");
    if (TensorOps.dtype(condition) != DType.BOOL) {
      throw new Complaint(Code.WRONG_TYPE, "where: condition", "a bool tensor", condition.type());
    }
    return in.ops()
        .elementwise("where", Elementwise.SELECT, condition, in.tensor("x"), in.tensor("y"));
  }

  private static Datum length(Arguments in) {
    return switch (in.datum("x")) {
      case ListDatum(List<Datum> items) -> new IntDatum(items.size());
      case StringDatum(String text) -> new IntDatum(text.length());
      case TensorDatum x when x.rank() > 0 -> new IntDatum(x.dims().getFirst());
      default -> throw new Complaint(Code.WRONG_TYPE, "len", "a list", in.datum("x").type());
    };
  }

  /** A list of {@code count} times {@code x}; a list {@code x} of that length is itself. */
  private static Datum fill(Arguments in) {
    int count = in.integer("count");
    if (in.datum("x") instanceof ListDatum(List<Datum> items)) {
      if (items.size() != count) {
        String name = in.given("name") ? in.string("name") : "the list";
        throw new Complaint(
            Code.BAD_ARGUMENT, name, "needs " + count + " values, found " + items.size());
      }
      return in.datum("x");
    }
    if (count < 0 || count > 1_000_000) {
      throw new Complaint(Code.BAD_ARGUMENT, "fill", "the count is " + count);
    }
    return new ListDatum(Collections.nCopies(count, in.datum("x")));
  }
}
