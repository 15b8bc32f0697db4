// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

import dlc.ir.DType;

/** A value in LLVM IR: its name or literal, its element type, and 1 or the number of lanes. */
record Operand(String text, DType type, int lanes) {

  /** The type of one element in a register: bools are one bit. */
  static String element(DType type) {
    return switch (type) {
      case F32 -> "float";
      case F64 -> "double";
      case I32 -> "i32";
      case U8 -> "i8";
      case BOOL -> "i1";
    };
  }

  /** The type of one element in memory: bools are one byte. */
  static String inMemory(DType type) {
    return type == DType.BOOL ? "i8" : element(type);
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

  private static String number(double value, DType type) {
    return switch (type) {
      // LLVM writes floats as the bits of the double that they are.
      case F32 -> "0x%016X".formatted(Double.doubleToRawLongBits((float) value));
      case F64 -> "0x%016X".formatted(Double.doubleToRawLongBits(value));
      case I32, U8 -> Long.toString((long) value);
      case BOOL -> value != 0 ? "true" : "false";
    };
  }
}
