// SPDX-License-Identifier: Apache-2.0
package dlc.ir;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Two-byte floats are rounded to nearest, ties to even. */
final class NarrowFloatsTest {

  private static final int ALL_BITS = 1 << 16;
  private static final int FLOATS = 200_000;

  @Test
  void everyNarrowFloatIsItself() {
    for (DType type : List.of(DType.BF16, DType.F16)) {
      for (int bits = 0; bits < ALL_BITS; bits++) {
        float value = NarrowFloats.value(type, (short) bits);
        if (Float.isNaN(value)) {
          assertThat(type.round(value)).isNaN();
        } else {
          assertThat(NarrowFloats.bits(type, value)).isEqualTo((short) bits);
        }
      }
    }
  }

  @Test
  void f16RoundsAsTheJavaPlatformDoes() {
    Random random = new Random(1);
    for (int i = 0; i < FLOATS; i++) {
      float value = Float.intBitsToFloat(random.nextInt());
      assertThat(NarrowFloats.bits(DType.F16, value)).isEqualTo(Float.floatToFloat16(value));
    }
  }

  /** The neighbours of a number are found by cutting its bits off, and the nearer one is right. */
  @Test
  void bf16IsTheNearerNeighbour() {
    Random random = new Random(2);
    for (int i = 0; i < FLOATS; i++) {
      float value = Float.intBitsToFloat(random.nextInt() | (i % 4 == 0 ? 0x8000 : 0));
      if (!Float.isFinite(value)) {
        continue;
      }
      int below = Float.floatToRawIntBits(value) >>> 16;
      double toBelow = Math.abs((double) value - Float.intBitsToFloat(below << 16));
      double toAbove = Math.abs(neighbour(below + 1) - value);
      boolean isUp = toAbove < toBelow || (toAbove == toBelow && below % 2 == 1);
      assertThat(NarrowFloats.bits(DType.BF16, value))
          .isEqualTo((short) (isUp ? below + 1 : below));
    }
  }

  /** Where the next number is infinite, the power of two that it would be. */
  private static double neighbour(int bits) {
    float value = Float.intBitsToFloat(bits << 16);
    return Float.isFinite(value) ? value : Math.copySign(0x1p128, value);
  }

  @Test
  void tooLargeIsInfiniteAndNanStaysNan() {
    assertThat(DType.F16.round(65519)).isEqualTo(65504);
    assertThat(DType.F16.round(65520)).isInfinite();
    assertThat(DType.F16.round(-1e6)).isEqualTo(Double.NEGATIVE_INFINITY);
    assertThat(DType.BF16.round(Float.MAX_VALUE)).isInfinite();
    assertThat(DType.BF16.round(Float.intBitsToFloat(0x7F800001))).isNaN();
    assertThat(DType.F16.round(Double.NaN)).isNaN();
    assertThat(DType.F16.round(0x1p-25)).isZero();
    assertThat(DType.F16.round(0x1.8p-25)).isEqualTo(0x1p-24);
  }
}
