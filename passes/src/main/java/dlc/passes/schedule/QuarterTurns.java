// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import static dlc.ir.scalar.BinaryFn.LT;

import dlc.ir.DType;
import dlc.ir.scalar.Scalar;
import dlc.ir.scalar.UnaryFn;
import java.math.BigInteger;
import java.util.function.UnaryOperator;

/**
 * An f32 angle as quarter turns and a rest: {@code x = (count + 4 k) pi / 2 + rest} for an integer
 * {@code k} and {@code |rest| <= pi / 4}, both f32.
 *
 * <p>As Payne and Hanek (1983) do it: x times those bits of 2 / pi that make neither whole turns
 * nor too little, in three parts of f64. The first two products are exact, so the rest is as good
 * near a multiple of pi / 2, and for 1e38, as it is near 0.
 */
record QuarterTurns(Scalar count, Scalar rest) {

  /** The first bits of 2 / pi behind the point. */
  private static final BigInteger TWO_BY_PI =
      new BigInteger("a2f9836e4e441529fc2757d1f534ddc0db6295993c439041fe5163abdebb", 16);

  private static final int BITS = 240;

  /** The bits of a part that times the 24 of x is exact in f64. */
  private static final int PART = 29;

  /** Below 2^49, all bits count; for each 24 binary digits more, 24 bits make whole turns. */
  private static final int FIRST_RANGE = 49;

  private static final int RANGE = 24;
  private static final int RANGES = 5;

  static QuarterTurns of(Scalar x, UnaryOperator<Scalar> let) {
    Scalar magnitude = let.apply(x.then(UnaryFn.ABS));
    Scalar wide = let.apply(new Scalar.Cast(DType.F64, x));
    Scalar high = let.apply(wide.times(part(magnitude, 0, PART)));
    Scalar middle = let.apply(wide.times(part(magnitude, PART, PART)));
    Scalar low = let.apply(wide.times(part(magnitude, 2 * PART, 53)));
    Scalar highTurns = let.apply(rounded(high));
    Scalar middleTurns = let.apply(rounded(middle));
    Scalar highRest = let.apply(high.minus(highTurns));
    Scalar middleRest = let.apply(middle.minus(middleTurns));
    Scalar lastTurn = let.apply(rounded(highRest.plus(middleRest).plus(low)));
    Scalar rest = highRest.minus(lastTurn).plus(middleRest).plus(low);
    Scalar turns = let.apply(highTurns.plus(middleTurns).plus(lastTurn));
    Scalar count = turns.minus(lit(4).times(turns.times(lit(0.25)).then(UnaryFn.FLOOR)));
    return new QuarterTurns(
        let.apply(new Scalar.Cast(DType.F32, count)),
        let.apply(new Scalar.Cast(DType.F32, rest.times(lit(Math.PI / 2)))));
  }

  /** {@code count} bits of 2 / pi, {@code from} bits behind those that make whole turns of x. */
  private static Scalar part(Scalar magnitude, int from, int count) {
    Scalar part = lit(bits(RANGE * (RANGES - 1) + from, count));
    for (int range = RANGES - 2; range >= 0; range--) {
      Scalar limit = Scalar.literal(Math.scalb(1.0, FIRST_RANGE + RANGE * range), DType.F32);
      part = magnitude.is(LT, limit).choose(lit(bits(RANGE * range + from, count)), part);
    }
    return part;
  }

  private static double bits(int from, int count) {
    BigInteger bits =
        TWO_BY_PI
            .shiftRight(BITS - from - count)
            .and(BigInteger.ONE.shiftLeft(count).subtract(BigInteger.ONE));
    return Math.scalb(bits.doubleValue(), -from - count);
  }

  private static Scalar rounded(Scalar x) {
    return x.plus(lit(0.5)).then(UnaryFn.FLOOR);
  }

  private static Scalar lit(double value) {
    return Scalar.literal(value, DType.F64);
  }
}
