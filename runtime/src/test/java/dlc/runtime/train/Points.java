// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.train;

import dlc.ir.DType;
import dlc.ir.TensorType;
import dlc.runtime.data.Column;
import dlc.runtime.data.Dataset;
import dlc.runtime.data.Loaded;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Points around three centres, for {@link FakeModel}. */
final class Points {

  private Points() {}

  /** A hundred to train on, twenty to validate and to test. */
  static Loaded loaded() {
    return new Loaded(samples(100), Optional.of(samples(20)), Optional.of(samples(20)), List.of());
  }

  static Dataset samples(int count) {
    Random random = new Random(count);
    float[] x = new float[2 * count];
    int[] y = new int[count];
    for (int i = 0; i < count; i++) {
      y[i] = i % 3;
      x[2 * i] = (y[i] == 1 ? 3 : 0) + (float) random.nextGaussian() / 3;
      x[2 * i + 1] = (y[i] == 2 ? 3 : 0) + (float) random.nextGaussian() / 3;
    }
    Column inputs = new Column("x", TensorType.of(DType.F32, 2), MemorySegment.ofArray(x));
    Column target = new Column("target", TensorType.of(DType.I32), MemorySegment.ofArray(y));
    return Dataset.of(
        "points",
        List.of(inputs),
        Optional.of(target),
        List.of("a", "b", "c"),
        row -> "row " + row);
  }
}
