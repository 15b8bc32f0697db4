// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.data;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import dlc.ir.DType;
import dlc.ir.NarrowFloats;
import dlc.ir.TensorType;
import dlc.runtime.file.DataFile;
import java.lang.foreign.MemorySegment;

/**
 * An array with one tensor of type {@code type} per row; a row begins {@code stride} elements after
 * the one before, so that rows may overlap.
 *
 * <p>Bytes stand for the brightness of images: where a program takes floats they arrive divided by
 * 255.
 */
public record Column(String name, TensorType type, MemorySegment values, long stride) {

  private static final float BRIGHTEST = 255;

  /** Rows that lie one after the other. */
  public Column(String name, TensorType type, MemorySegment values) {
    this(name, type, values, type.elements());
  }

  /** A column of {@code rows} rows for the caller to fill, all 0. */
  static Column allocate(String name, TensorType type, int rows) {
    return new Column(name, type, DataFile.allocate(type.bytes() * rows, "the data"));
  }

  public int rows() {
    long elements = values.byteSize() / type.dtype().bytes();
    long more = elements - type.elements();
    return more < 0 ? 0 : Math.toIntExact(more / stride + 1);
  }

  public Column named(String other) {
    return new Column(other, type, values, stride);
  }

  /** Element {@code index}, counted row after row, as it is stored. */
  public double at(long index) {
    long place = place(index);
    return switch (type.dtype()) {
      case F32 -> values.get(JAVA_FLOAT_UNALIGNED, place * 4);
      case F64 -> values.get(JAVA_DOUBLE_UNALIGNED, place * 8);
      case BF16, F16 ->
          NarrowFloats.value(type.dtype(), values.get(JAVA_SHORT_UNALIGNED, place * 2));
      case I32 -> values.get(JAVA_INT_UNALIGNED, place * 4);
      case U8, BOOL -> values.get(JAVA_BYTE, place) & 0xFF;
    };
  }

  private long place(long index) {
    long elements = type.elements();
    return stride == elements ? index : index / elements * stride + index % elements;
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
      long start = row * stride * dtype.bytes();
      MemorySegment.copy(values, start, batch, place * bytes, bytes);
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
      case BF16, F16 ->
          batch.set(JAVA_SHORT_UNALIGNED, target * 2, NarrowFloats.bits(dtype, asFloat(index)));
      case I32 -> batch.set(JAVA_INT_UNALIGNED, target * 4, (int) at(index));
      case U8 -> batch.set(JAVA_BYTE, target, (byte) at(index));
      case BOOL -> batch.set(JAVA_BYTE, target, (byte) (at(index) != 0 ? 1 : 0));
    }
  }
}
