// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

import dlc.ir.DType;
import dlc.ir.scalar.BinaryFn;
import dlc.ir.scalar.Philox;
import dlc.ir.scalar.Scalar;
import dlc.ir.scalar.UnaryFn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/** Scalar expressions as LLVM instructions, on one element or on a vector of them. */
final class ScalarText {

  private final FunctionText text;
  private final KernelText kernel;
  private final NarrowText narrow;
  private final FloatBits bits;

  ScalarText(FunctionText text, KernelText kernel, NarrowText narrow, FloatBits bits) {
    this.text = text;
    this.kernel = kernel;
    this.narrow = narrow;
    this.bits = bits;
  }

  /** The value of {@code scalar}; a vector only where it differs between lanes. */
  Operand of(Scalar scalar) {
    return switch (scalar) {
      case Scalar.Arg arg -> throw new IllegalStateException("unfilled argument " + arg.index());
      case Scalar.Literal literal -> Operand.literal(literal.value(), literal.type(), 1);
      case Scalar.Unary(UnaryFn fn, Scalar x) -> unary(fn, of(x));
      case Scalar.Binary(BinaryFn fn, Scalar x, Scalar y) -> binary(fn, of(x), of(y));
      case Scalar.Fma(Scalar x, Scalar y, Scalar z) -> multiplyAdd(of(x), of(y), of(z));
      case Scalar.Select(Scalar test, Scalar x, Scalar y) -> select(of(test), of(x), of(y));
      case Scalar.Cast(DType type, Scalar x) -> cast(of(x), type);
      case Scalar.Position position -> kernel.position(position.index());
      case Scalar.Holds holds -> kernel.condition(holds.when(), 1);
      case Scalar.Uniform uniform -> uniform(uniform);
      case Scalar.Load load -> kernel.load(load);
      case Scalar.Local local -> kernel.local(local);
    };
  }

  /** The same value in each of {@code lanes} lanes. */
  Operand splat(Operand x, int lanes) {
    if (x.lanes() == lanes) {
      return x;
    }
    if (!x.text().startsWith("%")) {
      String type = Operand.element(x.type());
      return new Operand("splat (" + type + " " + x.text() + ")", x.type(), lanes);
    }
    String vector = Operand.vector(Operand.element(x.type()), lanes);
    String first = text.value("insertelement " + vector + " poison, " + x.typed() + ", i64 0");
    return new Operand(
        text.value(
            "shufflevector %s %s, %s poison, <%d x i32> zeroinitializer"
                .formatted(vector, first, vector, lanes)),
        x.type(),
        lanes);
  }

  private Operand unary(UnaryFn fn, Operand x) {
    return switch (fn) {
      case NEG ->
          x.type().isFloat()
              ? result("fneg " + x.typed(), x)
              : result("sub %s 0, %s".formatted(x.llvmType(), x.text()), x);
      case NOT ->
          result(
              "xor %s, %s".formatted(x.typed(), Operand.literal(1, DType.BOOL, x.lanes()).text()),
              x);
      case ABS ->
          x.type().isFloat()
              ? intrinsic("fabs", x)
              : select(compare("slt", "slt", x, zero(x)), unary(UnaryFn.NEG, x), x);
      case SIGN -> sign(x);
      case FLOOR -> intrinsic("floor", x);
      case SQRT -> intrinsic("sqrt", x);
      case RSQRT ->
          result(
              "fdiv %s %s, %s"
                  .formatted(
                      x.llvmType(),
                      Operand.literal(1, x.type(), x.lanes()).text(),
                      intrinsic("sqrt", x).text()),
              x);
      case EXP -> call("exp", x);
      case LOG -> call("log", x);
      case LOG1P -> call("log1p", x);
      case EXPM1 -> call("expm1", x);
      case SIN -> call("sin", x);
      case COS -> call("cos", x);
      case TANH -> call("tanh", x);
      case ERF -> call("erf", x);
      case POW2, EXPONENT, MANTISSA -> bits.write(fn, x);
    };
  }

  private Operand sign(Operand x) {
    Operand zero = zero(x);
    Operand one = Operand.literal(1, x.type(), x.lanes());
    Operand negative =
        select(compare("olt", "slt", x, zero), Operand.literal(-1, x.type(), x.lanes()), zero);
    return select(compare("ogt", "sgt", x, zero), one, negative);
  }

  private static Operand zero(Operand x) {
    return Operand.literal(0, x.type(), x.lanes());
  }

  private Operand result(String instruction, Operand like) {
    return new Operand(text.value(instruction), like.type(), like.lanes());
  }

  private Operand intrinsic(String name, Operand... operands) {
    return intrinsic(name, "", operands);
  }

  private Operand intrinsic(String name, String flags, Operand... operands) {
    Operand like = operands[0];
    String type = like.llvmType();
    String suffix = (like.lanes() == 1 ? "" : "v" + like.lanes()) + like.type();
    String types = String.join(", ", Collections.nCopies(operands.length, type));
    String arguments =
        Arrays.stream(operands).map(Operand::typed).collect(Collectors.joining(", "));
    String function = type + " @llvm." + name + "." + suffix;
    text.declare("declare " + function + "(" + types + ")");
    return result("call " + flags + function + "(" + arguments + ")", like);
  }

  /** Calls the C library on each lane; f32 comes here only where no schedule expanded it. */
  private Operand call(String name, Operand... operands) {
    Operand like = operands[0];
    String element = Operand.element(like.type());
    String function = like.type() == DType.F32 ? name + "f" : name;
    List<String> types = new ArrayList<>();
    for (Operand _ : operands) {
      types.add(element);
    }
    text.declare(
        "declare %s @%s(%s) memory(none) nounwind"
            .formatted(element, function, String.join(", ", types)));
    String vector = "poison";
    for (int lane = 0; lane < like.lanes(); lane++) {
      List<String> arguments = new ArrayList<>();
      for (Operand operand : operands) {
        arguments.add(element + " " + extract(operand, lane));
      }
      String one =
          text.value("call %s @%s(%s)".formatted(element, function, String.join(", ", arguments)));
      vector =
          like.lanes() == 1
              ? one
              : text.value(
                  "insertelement %s %s, %s %s, i64 %d"
                      .formatted(like.llvmType(), vector, element, one, lane));
    }
    return new Operand(vector, like.type(), like.lanes());
  }

  private String extract(Operand x, int lane) {
    return x.lanes() == 1
        ? x.text()
        : text.value("extractelement %s, i64 %d".formatted(x.typed(), lane));
  }

  private Operand binary(BinaryFn fn, Operand lhs, Operand rhs) {
    int lanes = Math.max(lhs.lanes(), rhs.lanes());
    Operand x = splat(lhs, lanes);
    Operand y = splat(rhs, lanes);
    boolean floating = x.type().isFloat();
    return switch (fn) {
      case ADD -> arithmetic(floating ? "fadd" : "add", x, y);
      case SUB -> arithmetic(floating ? "fsub" : "sub", x, y);
      case MUL -> arithmetic(floating ? "fmul" : "mul", x, y);
      case DIV -> floating ? arithmetic("fdiv", x, y) : divideIntegers(x, y);
      case POW -> call("pow", x, y);
      case SCALE -> bits.scale(x, y);
      case MAX -> extreme("ogt", "sgt", x, y);
      case MIN -> extreme("olt", "slt", x, y);
      case EQ -> compare("oeq", "eq", x, y);
      case NE -> compare("une", "ne", x, y);
      case LT -> compare("olt", "slt", x, y);
      case LE -> compare("ole", "sle", x, y);
      case GT -> compare("ogt", "sgt", x, y);
      case GE -> compare("oge", "sge", x, y);
      case AND -> arithmetic("and", x, y);
      case OR -> arithmetic("or", x, y);
    };
  }

  /**
   * {@code x * y + z}, rounded once where there is an instruction for it: {@code llvm.fma} would
   * call the C library where there is none.
   */
  private Operand multiplyAdd(Operand x, Operand y, Operand z) {
    int lanes = Math.max(x.lanes(), Math.max(y.lanes(), z.lanes()));
    return intrinsic("fmuladd", splat(x, lanes), splat(y, lanes), splat(z, lanes));
  }

  private Operand arithmetic(String instruction, Operand x, Operand y) {
    return result(instruction + " " + x.typed() + ", " + y.text(), x);
  }

  private Operand divideIntegers(Operand x, Operand y) {
    Operand none = compare("oeq", "eq", y, zero(y));
    Operand divisor = select(none, Operand.literal(1, y.type(), y.lanes()), y);
    Operand quotient = arithmetic("sdiv", x, divisor);
    Operand rest = arithmetic("srem", x, divisor);
    Operand inexact = compare("une", "ne", rest, zero(rest));
    Operand opposite = compare("olt", "slt", arithmetic("xor", rest, divisor), zero(rest));
    Operand less = arithmetic("and", inexact, opposite);
    Operand one = Operand.literal(1, y.type(), y.lanes());
    Operand floored = select(less, arithmetic("sub", quotient, one), quotient);
    return select(none, zero(x), floored);
  }

  private Operand compare(String ordered, String signed, Operand x, Operand y) {
    String instruction;
    if (x.type().isFloat()) {
      instruction = "fcmp " + ordered;
    } else if (x.type() == DType.U8 || x.type() == DType.BOOL) {
      instruction = "icmp " + signed.replace('s', 'u');
    } else {
      instruction = "icmp " + signed;
    }
    return new Operand(
        text.value(instruction + " " + x.typed() + ", " + y.text()), DType.BOOL, x.lanes());
  }

  /**
   * The greater or lesser; a NaN in either wins. Which of two zeros it is does not matter. {@code
   * y} comes first: whether it is NaN is then known before {@code x} where that is a fold's
   * accumulator.
   */
  private Operand extreme(String ordered, String signed, Operand x, Operand y) {
    if (!x.type().isFloat()) {
      return select(compare(ordered, signed, x, y), x, y);
    }
    return intrinsic(ordered.equals("ogt") ? "maximum" : "minimum", "nsz ", y, x);
  }

  private Operand select(Operand test, Operand whenTrue, Operand whenFalse) {
    int lanes = Math.max(test.lanes(), Math.max(whenTrue.lanes(), whenFalse.lanes()));
    Operand x = splat(whenTrue, lanes);
    Operand y = splat(whenFalse, lanes);
    return result("select %s, %s, %s".formatted(test.typed(), x.typed(), y.typed()), x);
  }

  private Operand cast(Operand x, DType type) {
    if (x.type() == type) {
      return x;
    }
    if (type == DType.BOOL) {
      return compare("une", "ne", x, zero(x));
    }
    if (type.isNarrow()) {
      return narrow.widened(narrow.narrowed(cast(x, DType.F32), type), type, x.lanes());
    }
    String instruction =
        switch (x.type()) {
          case F32, F64, BF16, F16 ->
              switch (type) {
                case F32 -> "fptrunc";
                case F64 -> "fpext";
                case I32 -> "fptosi";
                case U8 -> "fptoui";
                case BOOL, BF16, F16 -> throw new IllegalStateException("handled above");
              };
          case I32 -> type == DType.U8 ? "trunc" : "sitofp";
          case U8, BOOL -> type.isFloat() ? "uitofp" : "zext";
        };
    String to = Operand.vector(Operand.element(type), x.lanes());
    return new Operand(
        text.value("%s %s to %s".formatted(instruction, x.typed(), to)), type, x.lanes());
  }

  // Philox 4x32-10, as dlc.ir.scalar.Philox defines it.
  private Operand uniform(Scalar.Uniform uniform) {
    Operand c0 = kernel.position(uniform.element());
    int lanes = c0.lanes();
    Operand c1 = splat(of(uniform.step()), lanes);
    Operand c2 = Operand.literal(uniform.stream(), DType.I32, lanes);
    Operand c3 = Operand.literal(0, DType.I32, lanes);
    Operand seed = of(uniform.seed());
    for (int round = 0; round < Philox.ROUNDS; round++) {
      Operand k0 =
          splat(
              binary(BinaryFn.ADD, seed, Operand.literal(Philox.WEYL_0 * round, DType.I32, 1)),
              lanes);
      Operand k1 = Operand.literal(Philox.WEYL_1 * round, DType.I32, lanes);
      String product0 = wideProduct(c0, Philox.MULTIPLIER_0);
      String product1 = wideProduct(c2, Philox.MULTIPLIER_1);
      Operand next0 = arithmetic("xor", arithmetic("xor", high(product1, lanes), c1), k0);
      Operand next2 = arithmetic("xor", arithmetic("xor", high(product0, lanes), c3), k1);
      c1 = low(product1, lanes);
      c3 = low(product0, lanes);
      c0 = next0;
      c2 = next2;
    }
    Operand bits = arithmetic("lshr", c0, Operand.literal(8, DType.I32, lanes));
    Operand number = cast(bits, DType.F32);
    return arithmetic("fmul", number, Operand.literal(0x1p-24, DType.F32, lanes));
  }

  private String wideProduct(Operand x, int multiplier) {
    String wide = Operand.vector("i64", x.lanes());
    String extended = text.value("zext %s to %s".formatted(x.typed(), wide));
    return text.value(
        "mul nuw %s %s, %s"
            .formatted(wide, extended, wideLiteral(multiplier & 0xFFFFFFFFL, x.lanes())));
  }

  private static String wideLiteral(long value, int lanes) {
    return lanes == 1 ? Long.toString(value) : "splat (i64 " + value + ")";
  }

  private Operand high(String product, int lanes) {
    String wide = Operand.vector("i64", lanes);
    String shifted = text.value("lshr %s %s, %s".formatted(wide, product, wideLiteral(32, lanes)));
    return low(shifted, lanes);
  }

  private Operand low(String product, int lanes) {
    String instruction =
        "trunc %s %s to %s"
            .formatted(Operand.vector("i64", lanes), product, Operand.vector("i32", lanes));
    return new Operand(text.value(instruction), DType.I32, lanes);
  }
}
