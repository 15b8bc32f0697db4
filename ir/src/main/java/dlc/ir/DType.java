// SPDX-License-Identifier: Apache-2.0
package dlc.ir;

import java.util.Locale;
import java.util.Optional;

/** The type of one element of a tensor or buffer. */
public enum DType {
  F32(4),
  F64(8),
  /** The upper half of an F32. It is only stored: arithmetic on it is that of F32. */
  BF16(2),
  /** IEEE 754's binary16. It is only stored: arithmetic on it is that of F32. */
  F16(2),
  I32(4),
  U8(1),
  /** One byte, 0 or 1. */
  BOOL(1);

  private final int bytes;

  DType(int bytes) {
    this.bytes = bytes;
  }

  /** The size of an element in memory. */
  public int bytes() {
    return bytes;
  }

  public boolean isFloat() {
    return this == F32 || this == F64 || isNarrow();
  }

  /** Whether it is a float of two bytes, which is only stored. */
  public boolean isNarrow() {
    return this == BF16 || this == F16;
  }

  /** The type of a scalar that was loaded from, or goes into, memory of this type. */
  public DType computed() {
    return isNarrow() ? F32 : this;
  }

  /** The nearest value of this type to {@code value}; integers wrap as two's complement does. */
  public double round(double value) {
    return switch (this) {
      case F32 -> (float) value;
      case F64 -> value;
      case BF16, F16 -> NarrowFloats.value(this, NarrowFloats.bits(this, value));
      case I32 -> Double.isNaN(value) ? 0 : (int) (long) value;
      case U8 -> ((int) value) & 0xFF;
      case BOOL -> value != 0 ? 1 : 0;
    };
  }

  /** The type written {@code name} in IR text, such as {@code f32}. */
  public static Optional<DType> named(String name) {
    for (DType type : values()) {
      if (type.toString().equals(name)) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
