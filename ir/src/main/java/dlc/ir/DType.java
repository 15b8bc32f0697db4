// SPDX-License-Identifier: Apache-2.0
package dlc.ir;

import java.util.Locale;
import java.util.Optional;

/** The type of one element of a tensor or buffer. */
public enum DType {
  F32(4),
  F64(8),
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
    return this == F32 || this == F64;
  }

  /** The nearest value of this type to {@code value}; integers wrap as two's complement does. */
  public double round(double value) {
    return switch (this) {
      case F32 -> (float) value;
      case F64 -> value;
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
