// SPDX-License-Identifier: Apache-2.0
package dlc.ir;

/**
 * The bits of the two-byte floats, rounded to nearest, ties to even.
 *
 * <p>Too large a number becomes infinite; a NaN stays one.
 */
public final class NarrowFloats {

  private static final int QUIET = 0x40;

  private NarrowFloats() {}

  /** The bits of the {@code type} nearest to {@code value}, which is rounded to f32 first. */
  public static short bits(DType type, double value) {
    return switch (type) {
      case BF16 -> upperHalf((float) value);
      case F16 -> Float.floatToFloat16((float) value);
      case F32, F64, I32, U8, BOOL -> throw new IllegalArgumentException(type + " is not narrow");
    };
  }

  private static short upperHalf(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) ((bits >>> 16) | QUIET);
    }
    int isOdd = (bits >>> 16) & 1;
    return (short) ((bits + 0x7FFF + isOdd) >>> 16);
  }

  /** The number that {@code bits} are as {@code type}. */
  public static float value(DType type, short bits) {
    return switch (type) {
      case BF16 -> Float.intBitsToFloat(bits << 16);
      case F16 -> Float.float16ToFloat(bits);
      case F32, F64, I32, U8, BOOL -> throw new IllegalArgumentException(type + " is not narrow");
    };
  }
}
