// SPDX-License-Identifier: Apache-2.0
package dlc.opencl;

import dlc.ir.DType;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A value in OpenCL C: an expression that may stand anywhere, its element type, and 1 or the number
 * of lanes.
 *
 * <p>A bool is an int of 0 or 1; in lanes it is a mask, each lane 0 or -1, as comparisons give it.
 */
record Operand(String text, DType type, int lanes) {

  /** What a value of {@code type} is computed in. */
  static String element(DType type) {
    return switch (type) {
      case F32 -> "float";
      case F64 -> "double";
      case BF16, F16 -> throw new IllegalStateException(type + " is only stored");
      case I32, BOOL -> "int";
      case U8 -> "uchar";
    };
  }

  /** What an element of {@code type} is in memory. */
  static String inMemory(DType type) {
    return switch (type) {
      case BF16 -> "ushort";
      case F16 -> "half";
      case BOOL -> "uchar";
      case F32, F64, I32, U8 -> element(type);
    };
  }

  /** {@code float16}, or {@code float} for one lane. */
  static String vector(String element, int lanes) {
    return lanes == 1 ? element : element + lanes;
  }

  /** The type in OpenCL C. */
  String cType() {
    return vector(element(type), lanes);
  }

  /** The same value in {@code lanes} lanes; it must have so many, or one. */
  Operand splat(int lanes) {
    if (this.lanes == lanes) {
      return this;
    }
    if (this.lanes != 1) {
      throw new IllegalStateException("%d lanes where %d are".formatted(this.lanes, lanes));
    }
    String value = type == DType.BOOL ? "-(" + text + ")" : text;
    return new Operand("(%s)(%s)".formatted(vector(element(type), lanes), value), type, lanes);
  }

  /** {@code value}, the same in all lanes. */
  static Operand literal(double value, DType type) {
    return new Operand(number(value, type), type, 1);
  }

  /** The numbers from 0 on, one a lane. */
  static Operand count(int lanes) {
    String numbers =
        IntStream.range(0, lanes).mapToObj(Integer::toString).collect(Collectors.joining(", "));
    return new Operand("(int%d)(%s)".formatted(lanes, numbers), DType.I32, lanes);
  }

  private static String number(double value, DType type) {
    return switch (type) {
      case F32 -> real((float) value, Float.toString((float) value) + "f", "");
      case F64 -> real(value, Double.toString(value), "(double)");
      case BF16, F16 -> throw new IllegalStateException(type + " is only stored");
      case I32 -> integer((int) value);
      case U8 -> "(uchar)" + (int) value;
      case BOOL -> value != 0 ? "1" : "0";
    };
  }

  private static String real(double value, String finite, String cast) {
    if (Double.isNaN(value)) {
      return cast + "NAN";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? cast + "INFINITY" : "(-" + cast + "INFINITY)";
    }
    return finite.startsWith("-") ? "(" + finite + ")" : finite;
  }

  private static String integer(int value) {
    if (value == Integer.MIN_VALUE) {
      return "(-2147483647 - 1)";
    }
    return value < 0 ? "(" + value + ")" : Integer.toString(value);
  }
}
