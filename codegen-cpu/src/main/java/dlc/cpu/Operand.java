// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

import dlc.ir.DType;
import dlc.ir.NarrowFloats;
import java.util.HexFormat;

/** A value in LLVM IR: its name or literal, its element type, and 1 or the number of lanes. */
record Operand(String text, DType type, int lanes) {

  private static final HexFormat BITS = HexFormat.of().withUpperCase();

  /** The type of one element in a register: bools are one bit, narrow floats are not there. */
  static String element(DType type) {
    return switch (type) {
      case F32 -> "float";
      case F64 -> "double";
      case BF16, F16 -> throw new IllegalStateException(type + " is only stored");
      case I32 -> "i32";
      case U8 -> "i8";
      case BOOL -> "i1";
    };
  }

  /** The type of one element in memory: bools are one byte, narrow floats are their bits. */
  static String inMemory(DType type) {
    return switch (type) {
      case BOOL -> "i8";
      case BF16, F16 -> "i16";
      case F32, F64, I32, U8 -> element(type);
    };
  }

  /** A vector of {@code lanes} of {@code element}, or one alone. */
  static String vector(String element, int lanes) {
    return lanes == 1 ? element : "<" + lanes + " x " + element + ">";
  }

  /** The LLVM type. */
  String llvmType() {
    return vector(element(type), lanes);
  }

  /** Type and text, as an argument. */
  String typed() {
    return llvmType() + " " + text;
  }

  /** {@code value} in every lane. */
  static Operand literal(double value, DType type, int lanes) {
    String number = number(value, type);
    return new Operand(
        lanes == 1 ? number : "splat (" + element(type) + " " + number + ")", type, lanes);
  }

  /** {@code value} in every lane, as it lies in memory of {@code type}. */
  static String stored(double value, DType type, int lanes) {
    String number =
        switch (type) {
          case BOOL -> value != 0 ? "1" : "0";
          case BF16, F16 -> Short.toString(NarrowFloats.bits(type, value));
          case F32, F64, I32, U8 -> number(value, type);
        };
    return lanes == 1 ? number : "splat (" + inMemory(type) + " " + number + ")";
  }

  private static String number(double value, DType type) {
    return switch (type) {
      // LLVM writes floats as the bits of the double that they are.
      case F32 -> "0x" + BITS.toHexDigits(Double.doubleToRawLongBits((float) value));
      case F64 -> "0x" + BITS.toHexDigits(Double.doubleToRawLongBits(value));
      case BF16, F16 -> throw new IllegalStateException(type + " is only stored");
      case I32, U8 -> Long.toString((long) value);
      case BOOL -> value != 0 ? "true" : "false";
    };
  }
}
