// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.data;

import dlc.ir.DType;
import dlc.ir.TensorType;
import dlc.runtime.data.RandomStream.Purpose;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;

/**
 * Images of handwritten-looking digits, drawn from the seed: data for a machine without any.
 *
 * <p>With {@code pairs=true} a sample is two images, and the target says whether they show the same
 * digit, as every other pair does.
 */
final class DigitsSource implements Source {

  private static final int SIDE = DigitPainter.SIDE;
  private static final TensorType IMAGE = TensorType.of(DType.U8, 1, SIDE, SIDE);

  @Override
  public Parts load(SourceSpec spec, DataRequest request) {
    Options options = Options.of(spec, List.of("count", "pairs"));
    int count = options.count("count", 10_000, 10, 10_000_000);
    return Parts.of(
        options.flag("pairs", false)
            ? pairs(request.seed(), count)
            : digits(request.seed(), count));
  }

  private static Dataset digits(int seed, int count) {
    Column images = Column.allocate("image", IMAGE, count);
    Column labels = Column.allocate("label", TensorType.of(DType.I32), count);
    for (int row = 0; row < count; row++) {
      paint(seed, row, row % 10, images, row);
      labels.values().setAtIndex(ValueLayout.JAVA_INT, row, row % 10);
    }
    return Dataset.of(
        "digits",
        List.of(images),
        Optional.of(labels),
        ClassNames.DIGITS,
        row -> "digits, image " + row);
  }

  private static Dataset pairs(int seed, int count) {
    Column first = Column.allocate("first", IMAGE, count);
    Column second = Column.allocate("second", IMAGE, count);
    Column same = Column.allocate("same", TensorType.of(DType.I32), count);
    RandomStream random = new RandomStream(Purpose.DIGIT_PAIRS, seed, 0);
    for (int row = 0; row < count; row++) {
      int digit = random.below(10);
      boolean isSame = row % 2 == 0;
      int other = isSame ? digit : (digit + 1 + random.below(9)) % 10;
      paint(seed, 2 * row, digit, first, row);
      paint(seed, 2 * row + 1, other, second, row);
      same.values().setAtIndex(ValueLayout.JAVA_INT, row, isSame ? 1 : 0);
    }
    return Dataset.of(
        "digits in pairs",
        List.of(first, second),
        Optional.of(same),
        List.of("different", "same"),
        row -> "digits, pair " + row);
  }

  private static void paint(int seed, int drawing, int digit, Column images, int row) {
    long size = IMAGE.bytes();
    new DigitPainter(seed, drawing).paint(digit, images.values().asSlice(row * size, size));
  }
}
