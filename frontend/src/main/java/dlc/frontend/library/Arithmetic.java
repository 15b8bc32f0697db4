// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.library;

import dlc.base.Code;
import dlc.frontend.ast.Expression.BinaryOperator;
import dlc.frontend.value.Complaint;
import dlc.frontend.value.Datum;
import dlc.frontend.value.Datum.BoolDatum;
import dlc.frontend.value.Datum.FloatDatum;
import dlc.frontend.value.Datum.IntDatum;
import dlc.frontend.value.Datum.ListDatum;
import dlc.frontend.value.Datum.StringDatum;
import dlc.frontend.value.Datum.TensorDatum;
import dlc.frontend.value.Formula;
import dlc.frontend.value.Read;
import dlc.ir.DType;
import dlc.ir.op.Elementwise;
import java.util.ArrayList;
import java.util.List;

/** The operators, on compile-time values and on tensors. */
public final class Arithmetic {

  private static final int MAX_STRING = 10_000;
  private static final int MAX_LIST = 100_000;

  private Arithmetic() {}

  /** {@code lhs operator rhs}, but for {@code and} and {@code or} of known values. */
  public static Datum binary(TensorOps ops, BinaryOperator operator, Datum lhs, Datum rhs) {
    if (lhs instanceof IntDatum(long a) && rhs instanceof IntDatum(long b)) {
      return onInts(operator, a, b);
    }
    if (isNumber(lhs) && isNumber(rhs)) {
      return onFloats(operator, toFloat(lhs), toFloat(rhs));
    }
    if (lhs instanceof TensorDatum || rhs instanceof TensorDatum) {
      return onTensors(ops, operator, lhs, rhs);
    }
    return onOthers(operator, lhs, rhs);
  }

  private static boolean isNumber(Datum datum) {
    return datum instanceof IntDatum || datum instanceof FloatDatum;
  }

  private static Datum onInts(BinaryOperator operator, long a, long b) {
    try {
      return switch (operator) {
        case ADD -> new IntDatum(Math.addExact(a, b));
        case SUBTRACT -> new IntDatum(Math.subtractExact(a, b));
        case MULTIPLY -> new IntDatum(Math.multiplyExact(a, b));
        case DIVIDE -> new IntDatum(Math.floorDivExact(a, nonZero(b)));
        case REMAINDER -> new IntDatum(Math.floorMod(a, nonZero(b)));
        case POWER ->
            b < 0
                ? new FloatDatum(Math.pow(a, b))
                : new IntDatum(Math.powExact(a, Math.toIntExact(b)));
        case EQUAL -> new BoolDatum(a == b);
        case UNEQUAL -> new BoolDatum(a != b);
        case LESS -> new BoolDatum(a < b);
        case AT_MOST -> new BoolDatum(a <= b);
        case GREATER -> new BoolDatum(a > b);
        case AT_LEAST -> new BoolDatum(a >= b);
        case MATMUL, AND, OR -> throw unsuited(operator, new IntDatum(a), new IntDatum(b));
      };
    } catch (ArithmeticException tooLarge) {
      throw new Complaint(Code.OVERFLOW);
    }
  }

  private static long nonZero(long divisor) {
    if (divisor == 0) {
      throw new Complaint(Code.DIVISION_BY_ZERO);
    }
    return divisor;
  }

  private static FloatDatum toFloat(Datum number) {
    return number instanceof IntDatum(long value) ? new FloatDatum(value) : (FloatDatum) number;
  }

  private static Datum onFloats(BinaryOperator operator, FloatDatum lhs, FloatDatum rhs) {
    double a = lhs.value();
    double b = rhs.value();
    return switch (operator) {
      case ADD -> follows(a + b, operator, lhs, rhs);
      case SUBTRACT -> follows(a - b, operator, lhs, rhs);
      case MULTIPLY -> follows(a * b, operator, lhs, rhs);
      case DIVIDE -> follows(a / b, operator, lhs, rhs);
      case REMAINDER -> new FloatDatum(lhs.observed() - rhs.observed() * Math.floor(a / b));
      case POWER -> new FloatDatum(Math.pow(lhs.observed(), rhs.observed()));
      case EQUAL -> compared(a == b, operator, lhs, rhs);
      case UNEQUAL -> compared(a != b, operator, lhs, rhs);
      case LESS -> compared(a < b, operator, lhs, rhs);
      case AT_MOST -> compared(a <= b, operator, lhs, rhs);
      case GREATER -> compared(a > b, operator, lhs, rhs);
      case AT_LEAST -> compared(a >= b, operator, lhs, rhs);
      case MATMUL, AND, OR -> throw unsuited(operator, lhs, rhs);
    };
  }

  /** What an operator gives, with its formula where an operand has one that follows from params. */
  private static FloatDatum follows(
      double value, BinaryOperator operator, FloatDatum lhs, FloatDatum rhs) {
    Formula formula = new Formula.Binary(operator, lhs.formula(), rhs.formula());
    return formula.steering().isPresent() ? new FloatDatum(value, formula) : new FloatDatum(value);
  }

  private static BoolDatum compared(
      boolean holds, BinaryOperator operator, FloatDatum lhs, FloatDatum rhs) {
    lhs.formula()
        .steering()
        .or(() -> rhs.formula().steering())
        .ifPresent(all -> all.constrain(operator, lhs.formula(), rhs.formula(), holds));
    return new BoolDatum(holds);
  }

  private static Datum onOthers(BinaryOperator operator, Datum lhs, Datum rhs) {
    if (operator == BinaryOperator.EQUAL || operator == BinaryOperator.UNEQUAL) {
      return new BoolDatum(lhs.equals(rhs) == (operator == BinaryOperator.EQUAL));
    }
    if (operator == BinaryOperator.ADD && lhs instanceof StringDatum(String a)) {
      String joined = a + rhs;
      if (joined.length() > MAX_STRING) {
        throw new Complaint(Code.BAD_ARGUMENT, "+", "the string becomes too long");
      }
      return new StringDatum(joined);
    }
    if (operator == BinaryOperator.ADD
        && lhs instanceof ListDatum(List<Datum> a)
        && rhs instanceof ListDatum(List<Datum> b)) {
      if (a.size() + b.size() > MAX_LIST) {
        throw new Complaint(Code.BAD_ARGUMENT, "+", "the list becomes too long");
      }
      List<Datum> joined = new ArrayList<>(a);
      joined.addAll(b);
      return new ListDatum(joined);
    }
    throw unsuited(operator, lhs, rhs);
  }

  private static Complaint unsuited(BinaryOperator operator, Datum lhs, Datum rhs) {
    return new Complaint(Code.WRONG_OPERANDS, operator, lhs.type() + " and " + rhs.type());
  }

  private static Datum onTensors(TensorOps ops, BinaryOperator operator, Datum lhs, Datum rhs) {
    if (operator == BinaryOperator.POWER) {
      return power(ops, lhs, rhs);
    }
    if (!isTensorLike(lhs) || !isTensorLike(rhs)) {
      throw unsuited(operator, lhs, rhs);
    }
    String what = operator.toString();
    TensorDatum a = ops.tensor(what, lhs);
    TensorDatum b = ops.tensor(what, rhs);
    return switch (operator) {
      case ADD -> ops.elementwise(what, Elementwise.ADD, a, b);
      case SUBTRACT -> ops.elementwise(what, Elementwise.SUB, a, b);
      case MULTIPLY -> ops.elementwise(what, Elementwise.MUL, a, b);
      case DIVIDE -> ops.elementwise(what, Elementwise.DIV, a, b);
      case EQUAL -> ops.elementwise(what, Elementwise.EQUAL, a, b);
      case UNEQUAL -> ops.elementwise(what, Elementwise.NOT_EQUAL, a, b);
      case LESS -> ops.elementwise(what, Elementwise.LESS, a, b);
      case AT_MOST -> ops.elementwise(what, Elementwise.LESS_EQUAL, a, b);
      case GREATER -> ops.elementwise(what, Elementwise.GREATER, a, b);
      case AT_LEAST -> ops.elementwise(what, Elementwise.GREATER_EQUAL, a, b);
      case AND, OR -> logical(ops, operator, a, b);
      case MATMUL -> ProductFunctions.matmul(ops, a, b);
      case REMAINDER, POWER -> throw unsuited(operator, lhs, rhs);
    };
  }

  private static boolean isTensorLike(Datum datum) {
    return datum instanceof TensorDatum
        || isNumber(datum)
        || datum instanceof BoolDatum
        || datum instanceof ListDatum;
  }

  private static Datum logical(
      TensorOps ops, BinaryOperator operator, TensorDatum a, TensorDatum b) {
    if (TensorOps.dtype(a) != DType.BOOL || TensorOps.dtype(b) != DType.BOOL) {
      throw unsuited(operator, a, b);
    }
    Elementwise op = operator == BinaryOperator.AND ? Elementwise.AND : Elementwise.OR;
    return ops.elementwise(operator.toString(), op, a, b);
  }

  /** {@code base ^ exponent}; small known exponents become products, as they are exact. */
  static Datum power(TensorOps ops, Datum base, Datum exponent) {
    if (isNumber(base) && isNumber(exponent)) {
      return binary(ops, BinaryOperator.POWER, base, exponent);
    }
    TensorDatum x = ops.tensor("^", base);
    if (isNumber(exponent)) {
      double known = Read.number("^", exponent);
      if (known == 1) {
        return x;
      } else if (known == 2) {
        return ops.elementwise("^", Elementwise.MUL, x, x);
      } else if (known == 3) {
        TensorDatum square = ops.elementwise("^", Elementwise.MUL, x, x);
        return ops.elementwise("^", Elementwise.MUL, square, x);
      } else if (known == 0.5) {
        return ops.elementwise("^", Elementwise.SQRT, x);
      } else if (known == -1) {
        return ops.elementwise("^", Elementwise.DIV, ops.scalar(ops.floatType(), 1), x);
      }
    }
    return ops.elementwise("^", Elementwise.POW, ops.floating(x), ops.tensor("^", exponent));
  }

  /** {@code -operand}. */
  public static Datum negate(TensorOps ops, Datum operand) {
    return switch (operand) {
      case IntDatum(long value) -> {
        if (value == Long.MIN_VALUE) {
          throw new Complaint(Code.OVERFLOW);
        }
        yield new IntDatum(-value);
      }
      // Times -1: what is subtracted from 0 would lose the sign of 0.
      case FloatDatum number ->
          follows(-number.value(), BinaryOperator.MULTIPLY, number, new FloatDatum(-1));
      case TensorDatum x -> ops.elementwise("-", Elementwise.NEG, x);
      default -> throw new Complaint(Code.WRONG_OPERANDS, "-", operand.type());
    };
  }

  /** {@code not operand}. */
  public static Datum invert(TensorOps ops, Datum operand) {
    return switch (operand) {
      case BoolDatum(boolean value) -> new BoolDatum(!value);
      case TensorDatum x when TensorOps.dtype(x) == DType.BOOL ->
          ops.elementwise("not", Elementwise.NOT, x);
      default -> throw new Complaint(Code.WRONG_OPERANDS, "not", operand.type());
    };
  }
}
