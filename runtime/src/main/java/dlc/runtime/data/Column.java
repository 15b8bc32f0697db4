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
import java.util.Optional;

/**
 * An array with one tensor of type {@code type} per row; a row begins {@code stride} elements after
 * the one before, so that rows may overlap. Or rows that are decoded when they are wanted; then
 * {@code values} are empty.
 *
 * <p>Bytes stand for the brightness of images: where a program takes floats they arrive divided by
 * 255.
 */
public record Column(
    String name,
    TensorType type,
    MemorySegment values,
    long stride,
    Optional<DecodedRows> decoded) {

  private static final float BRIGHTEST = 255;
  private static final float[] BRIGHTNESS = brightness();

  /** How many rows may be brought near before they are wanted, and how many bytes of them. */
  private static final int MOST_AHEAD = 4096;

  private static final long MOST_BYTES_AHEAD = 1 << 28;

  /** Rows of which one begins {@code stride} elements after the one before. */
  public Column(String name, TensorType type, MemorySegment values, long stride) {
    this(name, type, values, stride, Optional.empty());
  }

  /** Rows that lie one after the other. */
  public Column(String name, TensorType type, MemorySegment values) {
    this(name, type, values, type.elements());
  }

  /** A column of {@code rows} rows for the caller to fill, all 0. */
  static Column allocate(String name, TensorType type, int rows) {
    return new Column(name, type, DataFile.allocate(type.bytes() * rows, "the data"));
  }

  /** A column of rows that are decoded when they are wanted. */
  public static Column decoded(String name, TensorType type, DecodedRows rows) {
    return new Column(name, type, MemorySegment.NULL, type.elements(), Optional.of(rows));
  }

  public int rows() {
    if (decoded.isPresent()) {
      return decoded.get().count();
    }
    long elements = values.byteSize() / type.dtype().bytes();
    long more = elements - type.elements();
    return more < 0 ? 0 : Math.toIntExact(more / stride + 1);
  }

  public Column named(String other) {
    return new Column(other, type, values, stride, decoded);
  }

  /** Element {@code index}, counted row after row, as it is stored. */
  public double at(long index) {
    long elements = type.elements();
    return decoded.isPresent()
        ? at(row((int) (index / elements)), index % elements)
        : at(values, place(index));
  }

  private double at(MemorySegment memory, long place) {
    return switch (type.dtype()) {
      case F32 -> memory.get(JAVA_FLOAT_UNALIGNED, place * 4);
      case F64 -> memory.get(JAVA_DOUBLE_UNALIGNED, place * 8);
      case BF16, F16 ->
          NarrowFloats.value(type.dtype(), memory.get(JAVA_SHORT_UNALIGNED, place * 2));
      case I32 -> memory.get(JAVA_INT_UNALIGNED, place * 4);
      case U8, BOOL -> memory.get(JAVA_BYTE, place) & 0xFF;
    };
  }

  /** The bytes of row {@code row}, to be read only. */
  public MemorySegment row(int row) {
    return decoded.isPresent()
        ? decoded.get().row(row)
        : values.asSlice(row * stride * type.dtype().bytes(), type.bytes());
  }

  /** Whether a row may have to be read from a disk first. */
  public boolean isFar() {
    return decoded.isPresent() || values.isMapped();
  }

  /** Whether rows are read again whenever they are wanted, because not all fit into memory. */
  public boolean isReadAnew() {
    return decoded.isPresent()
        ? !decoded.get().keepsAll()
        : values.isMapped() && values.byteSize() > DecodedRows.mostKept();
  }

  /** How many threads have work when they bring rows near. */
  public int readers() {
    return decoded.isPresent() ? Runtime.getRuntime().availableProcessors() : 1;
  }

  /** How many rows may be near before they are wanted. */
  public int mostAhead() {
    return Math.clamp(MOST_BYTES_AHEAD / Math.max(1, type.bytes()), 16, MOST_AHEAD);
  }

  /** Says that row {@code row}, which nobody has wanted yet, is to be brought near. */
  public void claim(int row) {
    decoded.ifPresent(rows -> rows.claim(row));
  }

  /** Has a claimed row in memory, so that {@link #copyRow} need not wait. */
  public void bringNear(int row) {
    if (decoded.isPresent()) {
      decoded.get().prepare(row);
    } else {
      row(row).load();
    }
  }

  /** Lets go of rows that were brought near and are not wanted any more. */
  public void letGo() {
    decoded.ifPresent(DecodedRows::forgetPrepared);
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
      MemorySegment.copy(row(row), 0, batch, place * bytes, bytes);
      return;
    }
    if (dtype == DType.F32 && type.dtype() == DType.U8) {
      copyBrightness(row(row), batch.asSlice(4 * elements * place, 4 * elements));
      return;
    }
    for (long i = 0; i < elements; i++) {
      store(batch, dtype, place * elements + i, row * elements + i);
    }
  }

  /** What {@link #asFloat} gives for each byte, for whole images. */
  private static void copyBrightness(MemorySegment from, MemorySegment to) {
    int elements = Math.toIntExact(from.byteSize());
    for (int i = 0; i < elements; i++) {
      to.set(JAVA_FLOAT_UNALIGNED, 4L * i, BRIGHTNESS[from.get(JAVA_BYTE, i) & 0xFF]);
    }
  }

  private static float[] brightness() {
    float[] values = new float[256];
    for (int i = 0; i < values.length; i++) {
      values[i] = i / BRIGHTEST;
    }
    return values;
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
