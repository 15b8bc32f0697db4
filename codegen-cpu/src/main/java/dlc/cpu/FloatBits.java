// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

import dlc.ir.DType;
import dlc.ir.kernel.Target;
import dlc.ir.scalar.UnaryFn;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The functions that take a float apart or put one together, on the bits of IEEE 754. */
final class FloatBits {

  /** The lanes of the instruction that scales. */
  private static final int WIDEST = 16;

  private final FunctionText text;
  private final Target target;

  FloatBits(FunctionText text, Target target) {
    this.text = text;
    this.target = target;
  }

  /** {@code x * 2^y}, which may be more or less than 2^y can be. */
  Operand scale(Operand x, Operand y) {
    if (target.scalesFloats() && x.lanes() >= 4 && x.lanes() <= WIDEST) {
      return scaled(x, y);
    }
    if (target.scalesFloats() && x.lanes() == 2 * WIDEST) {
      return joined(scaled(half(x, 0), half(y, 0)), scaled(half(x, 1), half(y, 1)));
    }
    Operand half = floor(multiply(y, Operand.literal(0.5, DType.F32, y.lanes())));
    Operand otherHalf = value("fsub %s, %s".formatted(y.typed(), half.text()), y.lanes());
    Operand once = multiply(x, write(UnaryFn.POW2, half));
    return multiply(once, write(UnaryFn.POW2, otherHalf));
  }

  /** By one instruction. */
  private Operand scaled(Operand x, Operand y) {
    String type = x.llvmType();
    String mask = "i" + Math.max(8, x.lanes());
    String name = "@llvm.x86.avx512.mask.scalef.ps." + 32 * x.lanes();
    String mode = x.lanes() == 16 ? ", i32" : "";
    text.declare(
        "declare %s %s(%s, %s, %s, %s%s)".formatted(type, name, type, type, type, mask, mode));
    return value(
        "call %s %s(%s, %s, %s zeroinitializer, %s -1%s)"
            .formatted(
                type, name, x.typed(), y.typed(), type, mask, mode.isEmpty() ? "" : mode + " 4"),
        x.lanes());
  }

  /** The first or second half of the lanes. */
  private Operand half(Operand x, int number) {
    int lanes = x.lanes() / 2;
    String places = places(number * lanes, lanes);
    return value(
        "shufflevector %s, %s poison, %s".formatted(x.typed(), x.llvmType(), places), lanes);
  }

  private Operand joined(Operand x, Operand y) {
    int lanes = 2 * x.lanes();
    return value(
        "shufflevector %s, %s, %s".formatted(x.typed(), y.typed(), places(0, lanes)), lanes);
  }

  private static String places(int first, int count) {
    return IntStream.range(first, first + count)
        .mapToObj(i -> "i32 " + i)
        .collect(Collectors.joining(", ", "<" + count + " x i32> <", ">"));
  }

  private Operand floor(Operand x) {
    String suffix = (x.lanes() == 1 ? "" : "v" + x.lanes()) + "f32";
    text.declare("declare %s @llvm.floor.%s(%s)".formatted(x.llvmType(), suffix, x.llvmType()));
    return value(
        "call %s @llvm.floor.%s(%s)".formatted(x.llvmType(), suffix, x.typed()), x.lanes());
  }

  private Operand multiply(Operand x, Operand y) {
    return value("fmul %s, %s".formatted(x.typed(), y.text()), x.lanes());
  }

  private Operand value(String instruction, int lanes) {
    return new Operand(text.value(instruction), DType.F32, lanes);
  }

  /** {@code fn}, one of POW2, EXPONENT and MANTISSA, of an f32 {@code x}. */
  Operand write(UnaryFn fn, Operand x) {
    if (x.type() != DType.F32) {
      throw new IllegalStateException(fn + " is for f32, found " + x.type());
    }
    int lanes = x.lanes();
    String integers = Operand.vector("i32", lanes);
    if (fn == UnaryFn.POW2) {
      String exponent = text.value("fptosi %s to %s".formatted(x.typed(), integers));
      String biased = apply("add", exponent, 127, lanes);
      return floats(apply("shl", biased, 23, lanes), lanes);
    }
    String bits = text.value("bitcast %s to %s".formatted(x.typed(), integers));
    if (fn == UnaryFn.MANTISSA) {
      String fraction = apply("and", bits, 0x007FFFFF, lanes);
      return floats(apply("or", fraction, 0x3F800000, lanes), lanes);
    }
    String shifted = apply("and", apply("lshr", bits, 23, lanes), 255, lanes);
    String exponent = apply("sub", shifted, 127, lanes);
    return value("sitofp %s %s to %s".formatted(integers, exponent, x.llvmType()), lanes);
  }

  private String apply(String instruction, String x, int number, int lanes) {
    return text.value(
        "%s %s %s, %s"
            .formatted(
                instruction,
                Operand.vector("i32", lanes),
                x,
                Operand.literal(number, DType.I32, lanes).text()));
  }

  private Operand floats(String bits, int lanes) {
    String type = Operand.vector("float", lanes);
    return value("bitcast %s %s to %s".formatted(Operand.vector("i32", lanes), bits, type), lanes);
  }
}
