// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.data;

import dlc.ir.DType;
import dlc.ir.TensorType;
import dlc.runtime.data.RandomStream.Purpose;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Random numbers of whatever types the model takes, to try a model without data: floats in [0, 1),
 * ints below the count of classes.
 */
final class RandomSource implements Source {

  @Override
  public Parts load(SourceSpec spec, DataRequest request) {
    int count = Options.of(spec, List.of("count")).count("count", 1_000, 1, 100_000_000);
    int classes = Math.max(1, request.classes());
    List<Column> inputs = new ArrayList<>();
    for (Map.Entry<String, TensorType> input : request.inputs().entrySet()) {
      int part = inputs.size() + 1;
      inputs.add(column(input.getKey(), input.getValue(), count, classes, request.seed(), part));
    }
    Optional<Column> target =
        request.target().map(type -> column("target", type, count, classes, request.seed(), 0));
    boolean labelled = target.filter(column -> column.type().dtype() == DType.I32).isPresent();
    return Parts.of(
        Dataset.of(
            "random",
            inputs,
            target,
            labelled ? ClassNames.numbers(classes) : List.of(),
            row -> "random, sample " + row));
  }

  private static Column column(
      String name, TensorType type, int count, int classes, int seed, int part) {
    TensorType stored = type.withDType(type.dtype() == DType.I32 ? DType.I32 : DType.F32);
    Column column = Column.allocate(name, stored, count);
    RandomStream random = new RandomStream(Purpose.RANDOM, seed, part);
    long elements = count * type.elements();
    for (long i = 0; i < elements; i++) {
      if (stored.dtype() == DType.I32) {
        column.values().setAtIndex(ValueLayout.JAVA_INT, i, random.below(classes));
      } else if (type.dtype() == DType.BOOL) {
        column.values().setAtIndex(ValueLayout.JAVA_FLOAT, i, random.below(2));
      } else {
        column.values().setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.uniform());
      }
    }
    return column;
  }
}
