// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.file;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import dlc.ir.DType;
import dlc.ir.NarrowFloats;
import java.lang.foreign.MemorySegment;
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
      case BF16 -> BF16;
      case F16 -> F16;
      case I32 -> I32;
      case U8 -> U8;
      case BOOL -> BOOL;
    };
  }

  /** Rounds {@code value} to this type and writes it as element {@code index}. */
  void store(MemorySegment memory, long index, double value) {
    switch (this) {
      case F32 -> memory.set(JAVA_FLOAT_UNALIGNED, index * 4, (float) value);
      case F64 -> memory.set(JAVA_DOUBLE_UNALIGNED, index * 8, value);
      case F16 -> memory.set(JAVA_SHORT_UNALIGNED, index * 2, NarrowFloats.bits(DType.F16, value));
      case BF16 ->
          memory.set(JAVA_SHORT_UNALIGNED, index * 2, NarrowFloats.bits(DType.BF16, value));
      case I32 -> memory.set(JAVA_INT_UNALIGNED, index * 4, (int) value);
      case I64 -> memory.set(JAVA_LONG_UNALIGNED, index * 8, (long) value);
      case U8, BOOL -> memory.set(JAVA_BYTE, index, (byte) value);
    }
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

  public boolean isFloat() {
    return switch (this) {
      case F32, F64, F16, BF16 -> true;
      case I32, I64, U8, BOOL -> false;
    };
  }

  /** The type that safetensors files call {@code name}. */
  public static Optional<ElementType> named(String name) {
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
