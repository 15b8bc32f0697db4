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
import java.util.Arrays;
import java.util.List;

/**
 * The numbers of one array in row-major order, as they came from a file or will go into one.
 *
 * <p>Unlike a {@link dlc.ir.TensorType} it may have dimensions of 0, and 64-bit ints.
 */
public record NumberArray(ElementType type, List<Integer> dims, MemorySegment values) {

  public NumberArray {
    dims = List.copyOf(dims);
    long bytes = elements(dims) * type.bytes();
    if (values.byteSize() != bytes) {
      throw new IllegalStateException(
          "%s%s takes %d bytes, not %d".formatted(type, dims, bytes, values.byteSize()));
    }
  }

  public static NumberArray of(float[] values, int... dims) {
    return new NumberArray(ElementType.F32, boxed(dims), MemorySegment.ofArray(values));
  }

  public static NumberArray of(double[] values, int... dims) {
    return new NumberArray(ElementType.F64, boxed(dims), MemorySegment.ofArray(values));
  }

  public static NumberArray of(int[] values, int... dims) {
    return new NumberArray(ElementType.I32, boxed(dims), MemorySegment.ofArray(values));
  }

  public static NumberArray of(long[] values, int... dims) {
    return new NumberArray(ElementType.I64, boxed(dims), MemorySegment.ofArray(values));
  }

  public static NumberArray of(byte[] values, int... dims) {
    return new NumberArray(ElementType.U8, boxed(dims), MemorySegment.ofArray(values));
  }

  public long elements() {
    return elements(dims);
  }

  /** The element at place {@code index} in row-major order; bytes are unsigned. */
  public double at(long index) {
    return switch (type) {
      case F32 -> values.get(JAVA_FLOAT_UNALIGNED, index * 4);
      case F64 -> values.get(JAVA_DOUBLE_UNALIGNED, index * 8);
      case F16 -> NarrowFloats.value(DType.F16, values.get(JAVA_SHORT_UNALIGNED, index * 2));
      case BF16 -> NarrowFloats.value(DType.BF16, values.get(JAVA_SHORT_UNALIGNED, index * 2));
      case I32 -> values.get(JAVA_INT_UNALIGNED, index * 4);
      case I64 -> values.get(JAVA_LONG_UNALIGNED, index * 8);
      case U8, BOOL -> values.get(JAVA_BYTE, index) & 0xFF;
    };
  }

  /** All elements as doubles, for arrays that fit. */
  public double[] toDoubles() {
    double[] result = new double[Math.toIntExact(elements())];
    Arrays.setAll(result, this::at);
    return result;
  }

  /** All elements rounded to floats, for arrays that fit. */
  public float[] toFloats() {
    float[] result = new float[Math.toIntExact(elements())];
    for (int i = 0; i < result.length; i++) {
      result[i] = (float) at(i);
    }
    return result;
  }

  /** All elements as ints; those that are none end in an {@link ArithmeticException}. */
  public int[] toInts() {
    int[] result = new int[Math.toIntExact(elements())];
    for (int i = 0; i < result.length; i++) {
      double value = at(i);
      if ((int) value != value) {
        throw new ArithmeticException("%s is not a 32-bit int".formatted(value));
      }
      result[i] = (int) value;
    }
    return result;
  }

  /** The same numbers, rounded to {@code wanted}. */
  public NumberArray as(ElementType wanted) {
    if (wanted == type) {
      return this;
    }
    MemorySegment memory = DataFile.allocate(elements() * wanted.bytes(), "an array");
    for (long i = 0; i < elements(); i++) {
      wanted.store(memory, i, at(i));
    }
    return new NumberArray(wanted, dims, memory);
  }

  /** The part {@code index} along the first dimension, which shares the memory. */
  public NumberArray part(int index) {
    List<Integer> rest = dims.subList(1, dims.size());
    long bytes = elements(rest) * type.bytes();
    return new NumberArray(type, rest, values.asSlice(index * bytes, bytes));
  }

  /** {@code f32[2, 3]}. */
  @Override
  public String toString() {
    return type.toString() + dims;
  }

  private static long elements(List<Integer> dims) {
    long elements = 1;
    for (int dim : dims) {
      elements = Math.multiplyExact(elements, dim);
    }
    return elements;
  }

  private static List<Integer> boxed(int[] dims) {
    return Arrays.stream(dims).boxed().toList();
  }
}
