// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.data;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import dlc.ir.DType;
import dlc.ir.TensorType;
import dlc.runtime.file.DataFile;
import java.lang.foreign.MemorySegment;

/**
 * An array with one tensor of type {@code type} per row.
 *
 * <p>Bytes stand for the brightness of images: where a program takes floats they arrive divided by
 * 255.
 */
public record Column(String name, TensorType type, MemorySegment values) {

  private static final float BRIGHTEST = 255;

  /** A column of {@code rows} rows for the caller to fill, all 0. */
  static Column allocate(String name, TensorType type, int rows) {
    return new Column(name, type, DataFile.allocate(type.bytes() * rows, "the data"));
  }

  public int rows() {
    return Math.toIntExact(values.byteSize() / type.bytes());
  }

  public Column named(String other) {
    return new Column(other, type, values);
  }

  /** Element {@code index} of the whole column, as it is stored. */
  public double at(long index) {
    return switch (type.dtype()) {
      case F32 -> values.get(JAVA_FLOAT_UNALIGNED, index * 4);
      case F64 -> values.get(JAVA_DOUBLE_UNALIGNED, index * 8);
      case I32 -> values.get(JAVA_INT_UNALIGNED, index * 4);
      case U8, BOOL -> values.get(JAVA_BYTE, index) & 0xFF;
    };
  }

  /** Element {@code index} as a program on floats gets it. */
  public double asFloat(long index) {
    return type.dtype() == DType.U8 ? (float) at(index) / BRIGHTEST : at(index);
  }

  /** Writes row {@code row} to place {@code place} of a batch of {@code dtype} elements. */
  public void copyRow(int row, MemorySegment batch, DType dtype, int place) {
    long elements = type.elements();
    if (dtype == type.dtype()) {
      long bytes = type.bytes();
      MemorySegment.copy(values, row * bytes, batch, place * bytes, bytes);
      return;
    }
    for (long i = 0; i < elements; i++) {
      store(batch, dtype, place * elements + i, row * elements + i);
    }
  }

  private void store(MemorySegment batch, DType dtype, long target, long index) {
    switch (dtype) {
      case F32 -> batch.set(JAVA_FLOAT_UNALIGNED, target * 4, (float) asFloat(index));
      case F64 -> batch.set(JAVA_DOUBLE_UNALIGNED, target * 8, asFloat(index));
      case I32 -> batch.set(JAVA_INT_UNALIGNED, target * 4, (int) at(index));
      case U8 -> batch.set(JAVA_BYTE, target, (byte) at(index));
      case BOOL -> batch.set(JAVA_BYTE, target, (byte) (at(index) != 0 ? 1 : 0));
    }
  }
}
