// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.data;

import dlc.ir.DType;
import dlc.ir.TensorType;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;

/** Images of handwritten-looking digits, drawn from the seed: data for a machine without any. */
final class DigitsSource implements Source {

  @Override
  public Parts load(SourceSpec spec, DataRequest request) {
    int count = Options.of(spec, List.of("count")).count("count", 10_000, 10, 10_000_000);
    int side = DigitPainter.SIDE;
    Column images = Column.allocate("image", TensorType.of(DType.U8, 1, side, side), count);
    Column labels = Column.allocate("label", TensorType.of(DType.I32), count);
    for (int row = 0; row < count; row++) {
      long place = (long) row * side * side;
      int digit = row % 10;
      new DigitPainter(request.seed(), row)
          .paint(digit, images.values().asSlice(place, (long) side * side));
      labels.values().setAtIndex(ValueLayout.JAVA_INT, row, digit);
    }
    return Parts.of(
        Dataset.of(
            "digits",
            List.of(images),
            Optional.of(labels),
            ClassNames.DIGITS,
            row -> "digits, image " + row));
  }
}
