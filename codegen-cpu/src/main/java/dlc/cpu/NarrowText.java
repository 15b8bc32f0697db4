// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

import dlc.ir.DType;
import dlc.ir.kernel.Target;
import java.util.HashMap;
import java.util.Map;

/**
 * Two-byte floats as LLVM instructions: from their bits to f32, and rounded back.
 *
 * <p>Where the processor has no instruction for it, the bits of the f32 are computed with: LLVM
 * would call a function of a library that may not be there.
 */
final class NarrowText {

  private static final int ALL_EXPONENT_F32 = 0x7F800000;
  private static final int ALL_EXPONENT_F16 = 0x7C00 << 13;

  /** What the exponent of an f32 is greater by than that of the f16 of the same value. */
  private static final int BIAS = (127 - 15) << 23;

  /** A value and the type that it is about to be rounded to. */
  private record Key(String value, DType type) {}

  private final FunctionText text;
  private final Target target;
  private final Map<Key, String> known = new HashMap<>();

  NarrowText(FunctionText text, Target target) {
    this.text = text;
    this.target = target;
  }

  /** The f32 whose {@code bits} as {@code type} are an i16 in each lane. */
  Operand widened(String bits, DType type, int lanes) {
    Operand wide = wide(bits, type, lanes);
    known.put(new Key(wide.text(), type), bits);
    return wide;
  }

  private Operand wide(String bits, DType type, int lanes) {
    String shorts = Operand.vector("i16", lanes);
    if (type == DType.F16 && target.convertsF16()) {
      String half = Operand.vector("half", lanes);
      String value = text.value("bitcast %s %s to %s".formatted(shorts, bits, half));
      return floats(
          "fpext %s %s to %s".formatted(half, value, Operand.vector("float", lanes)), lanes);
    }
    String wide = text.value("zext %s %s to %s".formatted(shorts, bits, integers(lanes)));
    return type == DType.BF16
        ? asFloat(apply("shl", wide, 16, lanes), lanes)
        : fromF16(wide, lanes);
  }

  /** The bits of {@code x}, an f32, rounded to {@code type}: an i16 in each lane. */
  String narrowed(Operand x, DType type) {
    // A value that came from such bits is them.
    String bits = known.get(new Key(x.text(), type));
    return bits != null ? bits : narrow(x, type);
  }

  private String narrow(Operand x, DType type) {
    int lanes = x.lanes();
    boolean isNative = type == DType.BF16 ? target.roundsToBf16() : target.convertsF16();
    if (isNative) {
      String narrow = Operand.vector(type == DType.BF16 ? "bfloat" : "half", lanes);
      String value = text.value("fptrunc %s to %s".formatted(x.typed(), narrow));
      return text.value(
          "bitcast %s %s to %s".formatted(narrow, value, Operand.vector("i16", lanes)));
    }
    String bits = asBits(x);
    String rounded = type == DType.BF16 ? toBf16(bits, x) : toF16(bits, lanes);
    return text.value(
        "trunc %s %s to %s".formatted(integers(lanes), rounded, Operand.vector("i16", lanes)));
  }

  // Half of the last place is added, less one bit where the last place is even.
  private String toBf16(String bits, Operand x) {
    int lanes = x.lanes();
    String upper = apply("lshr", bits, 16, lanes);
    String odd = apply("and", upper, 1, lanes);
    String sum = apply("add", apply("add", bits, odd, lanes), 0x7FFF, lanes);
    String isNumber = text.value("fcmp ord %s, %s".formatted(x.typed(), x.text()));
    return select(isNumber, apply("lshr", sum, 16, lanes), apply("or", upper, 0x40, lanes), lanes);
  }

  // Normal numbers as above; small ones by a sum with 0.5, whose last place is theirs.
  private String toF16(String bits, int lanes) {
    String sign = apply("and", bits, Integer.MIN_VALUE, lanes);
    String magnitude = apply("xor", bits, sign, lanes);
    String odd = apply("and", apply("lshr", magnitude, 13, lanes), 1, lanes);
    String sum = apply("add", apply("add", magnitude, odd, lanes), 0xFFF - BIAS, lanes);
    String normal = apply("lshr", sum, 13, lanes);
    int half = Float.floatToRawIntBits(0.5f);
    Operand shifted =
        floats(
            "fadd %s, %s"
                .formatted(
                    asFloat(magnitude, lanes).typed(),
                    Operand.literal(0.5, DType.F32, lanes).text()),
            lanes);
    String small = apply("sub", asBits(shifted), half, lanes);
    String isSmall = test("ult", magnitude, 113 << 23, lanes);
    String finite = select(isSmall, small, normal, lanes);
    String isNan = test("ugt", magnitude, ALL_EXPONENT_F32, lanes);
    String special = select(isNan, constant(0x7E00, lanes), constant(0x7C00, lanes), lanes);
    String isLarge = test("uge", magnitude, (127 + 16) << 23, lanes);
    String result = select(isLarge, special, finite, lanes);
    return apply("or", result, apply("lshr", sign, 16, lanes), lanes);
  }

  // A small number is one with an implicit leading 1 that is taken away again.
  private Operand fromF16(String wide, int lanes) {
    String sign = apply("shl", apply("and", wide, 0x8000, lanes), 16, lanes);
    String shifted = apply("shl", apply("and", wide, 0x7FFF, lanes), 13, lanes);
    String exponent = apply("and", shifted, ALL_EXPONENT_F16, lanes);
    String normal = apply("add", shifted, BIAS, lanes);
    String special = apply("or", shifted, ALL_EXPONENT_F32, lanes);
    Operand led = asFloat(apply("add", normal, 1 << 23, lanes), lanes);
    Operand small =
        floats(
            "fsub %s, %s".formatted(led.typed(), Operand.literal(0x1p-14, DType.F32, lanes).text()),
            lanes);
    String isSmall = test("eq", exponent, 0, lanes);
    String finite = select(isSmall, asBits(small), normal, lanes);
    String isSpecial = test("eq", exponent, ALL_EXPONENT_F16, lanes);
    return asFloat(apply("or", select(isSpecial, special, finite, lanes), sign, lanes), lanes);
  }

  private static String integers(int lanes) {
    return Operand.vector("i32", lanes);
  }

  private static String constant(int number, int lanes) {
    return Operand.literal(number, DType.I32, lanes).text();
  }

  private String apply(String instruction, String x, int number, int lanes) {
    return apply(instruction, x, constant(number, lanes), lanes);
  }

  private String apply(String instruction, String x, String y, int lanes) {
    return text.value("%s %s %s, %s".formatted(instruction, integers(lanes), x, y));
  }

  private String test(String comparison, String x, int number, int lanes) {
    return apply("icmp " + comparison, x, number, lanes);
  }

  private String select(String test, String x, String y, int lanes) {
    String type = integers(lanes);
    return text.value(
        "select %s %s, %s %s, %s %s"
            .formatted(Operand.vector("i1", lanes), test, type, x, type, y));
  }

  private String asBits(Operand x) {
    return text.value("bitcast %s to %s".formatted(x.typed(), integers(x.lanes())));
  }

  private Operand asFloat(String bits, int lanes) {
    return floats(
        "bitcast %s %s to %s".formatted(integers(lanes), bits, Operand.vector("float", lanes)),
        lanes);
  }

  private Operand floats(String instruction, int lanes) {
    return new Operand(text.value(instruction), DType.F32, lanes);
  }
}
