// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.file;

import dlc.ir.DType;
import java.util.Locale;
import java.util.Optional;

/** How one number of an array lies in a file; all are little-endian. */
public enum ElementType {
  F32("<f4", 4),
  F64("<f8", 8),
  F16("<f2", 2),
  /** The upper half of an F32; safetensors has it, NumPy has not. */
  BF16("", 2),
  I32("<i4", 4),
  I64("<i8", 8),
  U8("|u1", 1),
  BOOL("|b1", 1);

  private final String descr;
  private final int bytes;

  ElementType(String descr, int bytes) {
    this.descr = descr;
    this.bytes = bytes;
  }

  /** The name in a {@code .npy} header. */
  public String descr() {
    return descr;
  }

  public int bytes() {
    return bytes;
  }

  /** The type in a file for what lies in memory as {@code type}. */
  public static ElementType of(DType type) {
    return switch (type) {
      case F32 -> F32;
      case F64 -> F64;
      case I32 -> I32;
      case U8 -> U8;
      case BOOL -> BOOL;
    };
  }

  static Optional<ElementType> ofDescr(String descr) {
    String wanted = descr.equals("<u1") || descr.equals("<b1") ? "|" + descr.substring(1) : descr;
    for (ElementType type : values()) {
      if (!type.descr.isEmpty() && type.descr.equals(wanted)) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }

  static Optional<ElementType> named(String name) {
    for (ElementType type : values()) {
      if (type.name().equals(name)) {
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
