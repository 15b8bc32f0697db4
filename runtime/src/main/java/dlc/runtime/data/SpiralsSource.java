// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.data;

import dlc.ir.DType;
import dlc.ir.TensorType;
import dlc.runtime.data.RandomStream.Purpose;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;

/** Points on spiral arms around the origin, one arm for each class: easy to see, not linear. */
final class SpiralsSource implements Source {

  private static final double TURN = 4;

  @Override
  public Parts load(SourceSpec spec, DataRequest request) {
    Options options = Options.of(spec, List.of("classes", "count", "noise"));
    int classes = options.count("classes", 3, 2, 100);
    int count = options.count("count", 3_000, classes, 100_000_000);
    double noise = options.number("noise", 0.15);
    Column points = Column.allocate("point", TensorType.of(DType.F32, 2), count);
    Column labels = Column.allocate("label", TensorType.of(DType.I32), count);
    for (int row = 0; row < count; row++) {
      RandomStream random = new RandomStream(Purpose.SPIRALS, request.seed(), row);
      int label = row % classes;
      double radius = random.uniform();
      double arm = 2 * Math.PI * label / classes;
      double angle = arm + TURN * radius + noise * random.normal();
      float x = (float) (radius * StrictMath.sin(angle));
      float y = (float) (radius * StrictMath.cos(angle));
      points.values().setAtIndex(ValueLayout.JAVA_FLOAT, 2L * row, x);
      points.values().setAtIndex(ValueLayout.JAVA_FLOAT, 2L * row + 1, y);
      labels.values().setAtIndex(ValueLayout.JAVA_INT, row, label);
    }
    return Parts.of(
        Dataset.of(
            "spirals",
            List.of(points),
            Optional.of(labels),
            ClassNames.numbers(classes),
            row -> "spirals, point " + row));
  }
}
