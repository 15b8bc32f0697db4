// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

import dlc.ir.DType;
import dlc.ir.scalar.UnaryFn;

/** The functions that take a float apart or put one together, on the bits of IEEE 754. */
final class FloatBits {

  private FloatBits() {}

  /** {@code fn}, one of POW2, EXPONENT and MANTISSA, of an f32 {@code x}. */
  static Operand write(UnaryFn fn, Operand x, FunctionText text) {
    if (x.type() != DType.F32) {
      throw new IllegalStateException(fn + " is for f32, found " + x.type());
    }
    int lanes = x.lanes();
    String integers = Operand.vector("i32", lanes);
    if (fn == UnaryFn.POW2) {
      String exponent = text.value("fptosi %s to %s".formatted(x.typed(), integers));
      String biased = apply("add", exponent, 127, lanes, text);
      return floats(apply("shl", biased, 23, lanes, text), lanes, text);
    }
    String bits = text.value("bitcast %s to %s".formatted(x.typed(), integers));
    if (fn == UnaryFn.MANTISSA) {
      String fraction = apply("and", bits, 0x007FFFFF, lanes, text);
      return floats(apply("or", fraction, 0x3F800000, lanes, text), lanes, text);
    }
    String shifted = apply("and", apply("lshr", bits, 23, lanes, text), 255, lanes, text);
    String exponent = apply("sub", shifted, 127, lanes, text);
    return new Operand(
        text.value("sitofp %s %s to %s".formatted(integers, exponent, x.llvmType())),
        DType.F32,
        lanes);
  }

  private static String apply(
      String instruction, String x, int number, int lanes, FunctionText text) {
    return text.value(
        "%s %s %s, %s"
            .formatted(
                instruction,
                Operand.vector("i32", lanes),
                x,
                Operand.literal(number, DType.I32, lanes).text()));
  }

  private static Operand floats(String bits, int lanes, FunctionText text) {
    String type = Operand.vector("float", lanes);
    return new Operand(
        text.value("bitcast %s %s to %s".formatted(Operand.vector("i32", lanes), bits, type)),
        DType.F32,
        lanes);
  }
}
