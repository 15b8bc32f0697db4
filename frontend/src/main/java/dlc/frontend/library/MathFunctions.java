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
          unary("exp", Elementwise.EXP, Math::exp),
          unary("log", Elementwise.LOG, Math::log),
          unary("log1p", Elementwise.LOG1P, Math::log1p),
          unary("sqrt", Elementwise.SQRT, Math::sqrt),
          unary("rsqrt", Elementwise.RSQRT, x -> 1 / Math.sqrt(x)),
          unary("sign", Elementwise.SIGN, Math::signum),
          unary("sin", Elementwise.SIN, Math::sin),
          unary("cos", Elementwise.COS, Math::cos),
          unary("tanh", Elementwise.TANH, Math::tanh),
          unary("sigmoid", Elementwise.SIGMOID, x -> 1 / (1 + Math.exp(-x))),
          new Primitive("erf(x)", in -> onTensor(in, Elementwise.ERF)),
          new Primitive("relu(x)", in -> onTensor(in, Elementwise.RELU)),
          new Primitive("stop_gradient(x)", in -> onTensor(in, Elementwise.STOP_GRADIENT)),
          new Primitive("abs(x)", MathFunctions::abs),
          new Primitive("floor(x)", MathFunctions::floor),
          new Primitive("min(x, y=none, dim=none, keep=false)", in -> extreme(in, false)),
          new Primitive("max(x, y=none, dim=none, keep=false)", in -> extreme(in, true)),
          new Primitive(
              "pow(x, y)", in -> Arithmetic.power(in.ops(), in.datum("x"), in.datum("y"))),
          new Primitive("where(condition, x, y)", MathFunctions::where),
          new Primitive("len(x)", MathFunctions::length),
          new Primitive("str(x)", in -> new StringDatum(in.datum("x").toString())),
          new Primitive("int(x)", in -> new IntDatum((long) in.number("x"))),
          new Primitive("float(x)", MathFunctions::toFloat),
          new Primitive("is_list(x)", in -> new BoolDatum(in.datum("x") instanceof ListDatum)),
          new Primitive("is_string(x)", in -> new BoolDatum(in.datum("x") instanceof StringDatum)),
          new Primitive("is_none(x)", in -> new BoolDatum(in.datum("x") == NoneDatum.NONE)),
          new Primitive("fill(x, count)", MathFunctions::fill),
          new Primitive("batch_size()", in -> new IntDatum(in.ops().batch())));

  private MathFunctions() {}

  private static Primitive unary(String name, Elementwise op, DoubleUnaryOperator known) {
    return new Primitive(
        name + "(x)",
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
      case FloatDatum(double value) -> new FloatDatum(Math.abs(value));
      default -> onTensor(in, Elementwise.ABS);
    };
  }

  private static Datum floor(Arguments in) {
    return isNumber(in.datum("x"))
        ? new IntDatum((long) Math.floor(in.number("x")))
        : onTensor(in, Elementwise.FLOOR);
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
        throw new Complaint(
            Code.BAD_ARGUMENT, "the list", "needs " + count + " values, found " + items.size());
      }
      return in.datum("x");
    }
    if (count < 0 || count > 1_000_000) {
      throw new Complaint(Code.BAD_ARGUMENT, "fill", "the count is " + count);
    }
    return new ListDatum(Collections.nCopies(count, in.datum("x")));
  }
}
