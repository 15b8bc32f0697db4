// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.data;

import dlc.base.Code;
import dlc.base.UserError;
import dlc.ir.DType;
import dlc.ir.TensorType;
import dlc.runtime.file.ElementType;
import dlc.runtime.file.NumberArray;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes datasets of arrays whose first dimension counts the samples.
 *
 * <p>Bytes stay bytes: as inputs they are the brightness of images for a program that takes floats,
 * and ints for one that takes such; as the target they are ints.
 */
final class NumberColumns {

  private NumberColumns() {}

  /** A dataset of {@code arrays}; the one called {@code y} is the target. */
  static Dataset dataset(String name, Map<String, NumberArray> arrays) {
    List<Column> inputs = new ArrayList<>();
    Optional<Column> target = Optional.empty();
    for (Map.Entry<String, NumberArray> entry : arrays.entrySet()) {
      boolean isTarget = entry.getKey().equals("y");
      Column column = column(name, entry.getKey(), entry.getValue(), isTarget);
      if (isTarget) {
        target = Optional.of(column);
      } else {
        inputs.add(column);
      }
    }
    if (inputs.isEmpty()) {
      throw new UserError(Code.MISSING_ARGUMENT, name, "x");
    }
    return Dataset.of(name, inputs, target, classes(target), row -> name + ", sample " + row);
  }

  private static Column column(String source, String name, NumberArray array, boolean isTarget) {
    List<Integer> dims = array.dims();
    if (dims.isEmpty() || array.elements() == 0) {
      throw new UserError(Code.DATA_EMPTY, source + " " + name)
          .help("an array of one sample or more along its first dimension was expected");
    }
    DType found = dtype(array.type());
    DType dtype = isTarget && found == DType.U8 ? DType.I32 : found;
    TensorType type = TensorType.of(dtype, dims.subList(1, dims.size()));
    if (ElementType.of(dtype) == array.type()) {
      return new Column(name, type, array.values());
    }
    Column column = Column.allocate(name, type, dims.getFirst());
    for (long i = 0; i < array.elements(); i++) {
      double value = array.at(i);
      if (type.dtype() == DType.F32) {
        column.values().setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) value);
      } else if (value == (int) value) {
        column.values().setAtIndex(ValueLayout.JAVA_INT, i, (int) value);
      } else {
        throw new UserError(
            Code.DATA_VALUE,
            source + " " + name + ", sample " + i / type.elements(),
            "%.0f does not fit a 32-bit int".formatted(value));
      }
    }
    return column;
  }

  private static DType dtype(ElementType type) {
    return switch (type) {
      case F64 -> DType.F64;
      case I32, I64 -> DType.I32;
      case U8 -> DType.U8;
      case F32, F16, BF16, BOOL -> DType.F32;
    };
  }

  private static List<String> classes(Optional<Column> target) {
    if (target.isEmpty() || target.get().type().dtype() != DType.I32) {
      return List.of();
    }
    Column column = target.get();
    long elements = column.rows() * column.type().elements();
    int largest = 0;
    for (long i = 0; i < elements; i++) {
      largest = Math.max(largest, (int) column.at(i));
    }
    return largest < 100_000 ? ClassNames.numbers(largest + 1) : List.of();
  }
}
