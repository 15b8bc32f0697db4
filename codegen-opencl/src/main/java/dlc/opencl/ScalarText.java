// SPDX-License-Identifier: Apache-2.0
package dlc.opencl;

import dlc.ir.DType;
import dlc.ir.scalar.BinaryFn;
import dlc.ir.scalar.Philox;
import dlc.ir.scalar.Scalar;
import dlc.ir.scalar.UnaryFn;

/** Scalar expressions in OpenCL C, on one element or on a vector of them. */
final class ScalarText {

  private final KernelText kernel;
  private final Helpers helpers;
  private final NarrowText narrow;

  ScalarText(KernelText kernel, Helpers helpers, NarrowText narrow) {
    this.kernel = kernel;
    this.helpers = helpers;
    this.narrow = narrow;
  }

  /** The value of {@code scalar}; a vector only where it differs between lanes. */
  Operand of(Scalar scalar) {
    return switch (scalar) {
      case Scalar.Arg arg -> throw new IllegalStateException("unfilled argument " + arg.index());
      case Scalar.Literal literal -> Operand.literal(literal.value(), literal.type());
      case Scalar.Local local -> kernel.local(local);
      case Scalar.Load load -> kernel.load(load);
      case Scalar.Position position -> kernel.position(position.index());
      case Scalar.Holds holds -> kernel.condition(holds.when());
      case Scalar.Unary(UnaryFn fn, Scalar operand) -> unary(fn, of(operand));
      case Scalar.Binary(BinaryFn fn, Scalar lhs, Scalar rhs) -> binary(fn, of(lhs), of(rhs));
      case Scalar.Fma(Scalar x, Scalar y, Scalar z) -> multiplyAdd(of(x), of(y), of(z));
      case Scalar.Select(Scalar test, Scalar whenTrue, Scalar whenFalse) ->
          select(of(test), of(whenTrue), of(whenFalse));
      case Scalar.Cast(DType target, Scalar operand) -> cast(of(operand), target);
      case Scalar.Uniform uniform -> uniform(uniform);
    };
  }

  private Operand unary(UnaryFn fn, Operand x) {
    return switch (fn) {
      case NEG -> wrapped("(-%s)".formatted(x.text()), x);
      case NOT ->
          like(x.lanes() == 1 ? "(!%s)".formatted(x.text()) : "(~%s)".formatted(x.text()), x);
      case ABS -> x.type().isFloat() ? call("fabs", x) : abs(x);
      case SIGN -> helper(x, "sign", "x > %s ? %s : x < %s ? %s : %s", 0, 1, 0, -1, 0);
      case FLOOR -> call("floor", x);
      case SQRT -> call("sqrt", x);
      case RSQRT ->
          like("(%s / sqrt(%s))".formatted(Operand.literal(1, x.type()).text(), x.text()), x);
      case EXP -> call("exp", x);
      case LOG -> call("log", x);
      case LOG1P -> call("log1p", x);
      case EXPM1 -> call("expm1", x);
      case SIN -> call("sin", x);
      case COS -> call("cos", x);
      case TANH -> call("tanh", x);
      case ERF -> call("erf", x);
      case POW2 -> asFloat("((%s + 127) << 23)".formatted(convert("int", x)), x);
      case EXPONENT ->
          like("convert_%s(((%s >> 23) & 255) - 127)".formatted(x.cType(), asInt(x)), x);
      case MANTISSA -> asFloat("((%s & 0x007FFFFF) | 0x3F800000)".formatted(asInt(x)), x);
    };
  }

  private static Operand abs(Operand x) {
    return x.type() == DType.U8 ? x : like("as_%s(abs(%s))".formatted(x.cType(), x.text()), x);
  }

  private static Operand like(String text, Operand x) {
    return new Operand(text, x.type(), x.lanes());
  }

  /** One alone of bytes is computed as an int in C: it is cut back to a byte. */
  private static Operand wrapped(String text, Operand x) {
    return like(x.type() == DType.U8 && x.lanes() == 1 ? "((uchar)" + text + ")" : text, x);
  }

  private static Operand call(String function, Operand x) {
    return like("%s(%s)".formatted(function, x.text()), x);
  }

  private static String asInt(Operand x) {
    return "as_%s(%s)".formatted(Operand.vector("int", x.lanes()), x.text());
  }

  private static Operand asFloat(String bits, Operand x) {
    return like("as_%s(%s)".formatted(x.cType(), bits), x);
  }

  private static String convert(String element, Operand x) {
    return "convert_%s(%s)".formatted(Operand.vector(element, x.lanes()), x.text());
  }

  /** A function of x (and y) whose value is an expression that reads them more than once. */
  private Operand helper(Operand x, String name, String value, int... numbers) {
    Object[] literals = new Object[numbers.length];
    for (int i = 0; i < numbers.length; i++) {
      literals[i] =
          new Operand(Operand.literal(numbers[i], x.type()).text(), x.type(), 1)
              .splat(x.lanes())
              .text();
    }
    String type = x.cType();
    String function = "dlc_%s_%s".formatted(name, type);
    helpers.use(
        function,
        "static %s %s(%s x) {\n  return %s;\n}\n"
            .formatted(type, function, type, value.formatted(literals)));
    return like(Helpers.call(function, x.text()), x);
  }

  private Operand binary(BinaryFn fn, Operand lhs, Operand rhs) {
    int lanes = Math.max(lhs.lanes(), rhs.lanes());
    return switch (fn) {
      case ADD, SUB, MUL -> operator(fn.symbol(), lhs, rhs, lanes);
      case DIV ->
          lhs.type().isFloat()
              ? operator("/", lhs, rhs, lanes)
              : function("div", division(lhs, lanes), lhs, rhs, lanes);
      case POW ->
          like(
              "pow(%s, %s)".formatted(lhs.splat(lanes).text(), rhs.splat(lanes).text()),
              lhs.splat(lanes));
      case SCALE -> function("scale", scaling(lanes), lhs, rhs, lanes);
      case MAX -> extreme("max", ">", lhs, rhs, lanes);
      case MIN -> extreme("min", "<", lhs, rhs, lanes);
      case EQ, NE, LT, LE, GT, GE -> compare(fn.symbol(), lhs, rhs, lanes);
      case AND -> mask("&", lhs, rhs, lanes);
      case OR -> mask("|", lhs, rhs, lanes);
    };
  }

  /**
   * {@code x * y + z}, rounded once where the device has an instruction for it. Not all compilers
   * say whether {@code fma} is one or a function; those that do not contract what they may.
   */
  private Operand multiplyAdd(Operand x, Operand y, Operand z) {
    Operand sum = z.splat(Math.max(x.lanes(), Math.max(y.lanes(), z.lanes())));
    String type = sum.cType();
    String function = "dlc_fma_" + type;
    helpers.use(
        function,
        """
        static %s %s(%s x, %s y, %s z) {
        #ifdef %s
          return fma(x, y, z);
        #else
          #pragma OPENCL FP_CONTRACT ON
          return x * y + z;
        #endif
        }
        """
            .formatted(
                type,
                function,
                type,
                type,
                type,
                sum.type() == DType.F64 ? "FP_FAST_FMA" : "FP_FAST_FMAF"));
    String lhs = x.splat(sum.lanes()).text();
    String rhs = y.splat(sum.lanes()).text();
    return like(Helpers.call(function, lhs, rhs, sum.text()), sum);
  }

  private static Operand operator(String operator, Operand lhs, Operand rhs, int lanes) {
    // OpenCL widens one element beside a vector by itself.
    String text = "(%s %s %s)".formatted(lhs.text(), operator, rhs.text());
    return wrapped(text, new Operand(text, lhs.type(), lanes));
  }

  private static Operand mask(String operator, Operand lhs, Operand rhs, int lanes) {
    return like(
        "(%s %s %s)".formatted(lhs.splat(lanes).text(), operator, rhs.splat(lanes).text()),
        lhs.splat(lanes));
  }

  private static Operand compare(String operator, Operand lhs, Operand rhs, int lanes) {
    String text =
        "(%s %s %s)"
            .formatted(
                isMask(lhs) ? lhs.splat(lanes).text() : lhs.text(),
                operator,
                isMask(rhs) ? rhs.splat(lanes).text() : rhs.text());
    boolean otherSize = lanes > 1 && lhs.type() != DType.BOOL && lhs.type().bytes() != 4;
    return new Operand(
        otherSize ? "convert_int%d(%s)".formatted(lanes, text) : text, DType.BOOL, lanes);
  }

  private static boolean isMask(Operand x) {
    return x.type() == DType.BOOL;
  }

  private Operand function(String name, String value, Operand lhs, Operand rhs, int lanes) {
    Operand x = lhs.splat(lanes);
    String type = x.cType();
    String function = "dlc_%s_%s".formatted(name, type);
    helpers.use(
        function,
        "static %s %s(%s x, %s y) {\n  %s\n}\n".formatted(type, function, type, type, value));
    return like(Helpers.call(function, x.text(), rhs.splat(lanes).text()), x);
  }

  /** In two steps: 2^y may be more or less than a float can be. */
  private static String scaling(int lanes) {
    String floats = Operand.vector("float", lanes);
    String ints = Operand.vector("int", lanes);
    return """
        %s first = floor(y * 0.5f);
        return x * as_%s((convert_%s(first) + 127) << 23) * as_%s((convert_%s(y - first) + 127) << 23);"""
        .formatted(floats, floats, ints, floats, ints)
        .replace("\n", "\n  ");
  }

  /** Rounds down, and a division by 0 gives 0. */
  private static String division(Operand like, int lanes) {
    if (lanes == 1) {
      return "return y == 0 ? 0 : x / y - (x % y != 0 && (x % y < 0) != (y < 0));";
    }
    String type = Operand.vector(Operand.element(like.type()), lanes);
    String mask = Operand.vector(like.type() == DType.U8 ? "char" : "int", lanes);
    return """
        %s none = y == (%s)(0);
        %s by = none ? (%s)(1) : y;
        %s less = (x %% by != (%s)(0)) & ((x %% by ^ by) < (%s)(0));
        return none ? (%s)(0) : less ? x / by - (%s)(1) : x / by;"""
        .formatted(mask, type, type, type, mask, type, type, type, type)
        .replace("\n", "\n  ");
  }

  /** The greater or lesser; a NaN in either wins, and {@code x} where they are equal. */
  private Operand extreme(String name, String wins, Operand lhs, Operand rhs, int lanes) {
    if (!lhs.type().isFloat()) {
      Operand x = lhs.splat(lanes);
      return like("%s(%s, %s)".formatted(name, x.text(), rhs.splat(lanes).text()), x);
    }
    String join = lanes == 1 ? "||" : "|";
    return function(
        name, "return ((y %s x) %s (y != y)) ? y : x;".formatted(wins, join), lhs, rhs, lanes);
  }

  /** {@code whenTrue} in the lanes where {@code test} holds. */
  Operand select(Operand test, Operand whenTrue, Operand whenFalse) {
    int lanes = Math.max(test.lanes(), Math.max(whenTrue.lanes(), whenFalse.lanes()));
    if (test.lanes() == 1) {
      Operand x = whenTrue.splat(lanes);
      return wrapped(
          "(%s ? %s : %s)".formatted(test.text(), x.text(), whenFalse.splat(lanes).text()), x);
    }
    Operand x = whenTrue.splat(lanes);
    String mask = maskFor(test, x.type());
    return like("(%s ? %s : %s)".formatted(mask, x.text(), whenFalse.splat(lanes).text()), x);
  }

  /** A mask of elements as large as those of {@code type}, as choosing between vectors needs it. */
  static String maskFor(Operand test, DType type) {
    return switch (type) {
      case F32, I32, BOOL -> test.text();
      case F64 -> convert("long", test);
      case U8 -> convert("char", test);
      case BF16, F16 -> convert("short", test);
    };
  }

  private Operand cast(Operand x, DType type) {
    if (x.type() == type) {
      return x;
    }
    if (type.isNarrow()) {
      return narrow.rounded(cast(x, DType.F32), type);
    }
    if (type == DType.BOOL) {
      return compare("!=", x, Operand.literal(0, x.type()), x.lanes());
    }
    String to = Operand.vector(Operand.element(type), x.lanes());
    if (x.lanes() == 1) {
      boolean throughInt = type == DType.U8 && x.type().isFloat();
      return new Operand("((%s)%s%s)".formatted(to, throughInt ? "(int)" : "", x.text()), type, 1);
    }
    if (x.type() == DType.BOOL) {
      String bits = "(%s & 1)".formatted(x.text());
      return new Operand(
          type == DType.I32 ? bits : "convert_%s(%s)".formatted(to, bits), type, x.lanes());
    }
    return new Operand("convert_%s(%s)".formatted(to, x.text()), type, x.lanes());
  }

  // Philox 4x32-10, as dlc.ir.scalar.Philox defines it.
  private Operand uniform(Scalar.Uniform uniform) {
    Operand element = kernel.position(uniform.element());
    Operand step = of(uniform.step());
    Operand seed = of(uniform.seed());
    int lanes = element.lanes();
    String bits = Operand.vector("uint", lanes);
    String number = Operand.vector("float", lanes);
    String integer = Operand.vector("int", lanes);
    String function = "dlc_uniform_" + number;
    helpers.use(
        function,
        """
        static %s %s(uint stream, uint seed, uint step, %s element) {
          %s c0 = as_%s(element), c1 = (%s)(step), c2 = (%s)(stream), c3 = (%s)(0);
          uint k0 = seed, k1 = 0;
          for (int round = 0; round < %d; round++) {
            %s high0 = mul_hi(c0, (%s)(0x%XU)), low0 = c0 * 0x%XU;
            %s high1 = mul_hi(c2, (%s)(0x%XU)), low1 = c2 * 0x%XU;
            c0 = high1 ^ c1 ^ k0;
            c1 = low1;
            c2 = high0 ^ c3 ^ k1;
            c3 = low0;
            k0 += 0x%XU;
            k1 += 0x%XU;
          }
          return convert_%s(c0 >> 8) * 5.9604645E-8f;
        }
        """
            .formatted(
                number,
                function,
                integer,
                bits,
                bits,
                bits,
                bits,
                bits,
                Philox.ROUNDS,
                bits,
                bits,
                Philox.MULTIPLIER_0,
                Philox.MULTIPLIER_0,
                bits,
                bits,
                Philox.MULTIPLIER_1,
                Philox.MULTIPLIER_1,
                Philox.WEYL_0,
                Philox.WEYL_1,
                number));
    return new Operand(
        Helpers.call(
            function,
            Integer.toUnsignedString(uniform.stream()) + "U",
            "(uint)" + seed.text(),
            "(uint)" + step.text(),
            element.text()),
        DType.F32,
        lanes);
  }
}
