// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;

/** Functions of finite doubles to more than 40 digits, from their power series: slow references. */
final class PreciseMath {

  private static final MathContext DIGITS = new MathContext(90);
  private static final BigDecimal ONE = BigDecimal.ONE;
  private static final BigDecimal TWO = BigDecimal.TWO;
  private static final BigDecimal NEGLIGIBLE = BigDecimal.ONE.movePointLeft(70);

  /** Below it, e^x is nothing next to a double. */
  private static final BigDecimal LEAST = BigDecimal.valueOf(-800);

  private static final BigDecimal PI = machin();

  private PreciseMath() {}

  static BigDecimal exp(BigDecimal x) {
    if (x.compareTo(LEAST) < 0) {
      return BigDecimal.ZERO;
    }
    return x.signum() < 0 ? ONE.divide(exp(x.negate()), DIGITS) : expm1(x).add(ONE, DIGITS);
  }

  static BigDecimal pow(BigDecimal x, BigDecimal y) {
    return exp(y.multiply(log(x), DIGITS));
  }

  /** By its series for small x; otherwise from that of x / 2^12. */
  static BigDecimal expm1(BigDecimal x) {
    if (x.compareTo(LEAST) < 0) {
      return ONE.negate();
    }
    if (x.abs().compareTo(new BigDecimal("0.1")) <= 0) {
      return expm1Series(x);
    }
    BigDecimal power = expm1Series(x.divide(BigDecimal.valueOf(1 << 12), DIGITS)).add(ONE, DIGITS);
    for (int i = 0; i < 12; i++) {
      power = power.multiply(power, DIGITS);
    }
    return power.subtract(ONE, DIGITS);
  }

  private static BigDecimal expm1Series(BigDecimal x) {
    BigDecimal term = x;
    BigDecimal sum = x;
    for (int n = 2; !isNegligible(term, sum); n++) {
      term = term.multiply(x, DIGITS).divide(BigDecimal.valueOf(n), DIGITS);
      sum = sum.add(term, DIGITS);
    }
    return sum;
  }

  static BigDecimal log(BigDecimal x) {
    return refine(x, StrictMath.log(x.doubleValue()));
  }

  static BigDecimal log1p(BigDecimal x) {
    if (x.abs().compareTo(ONE.movePointLeft(25)) < 0) {
      return x.subtract(x.multiply(x, DIGITS).divide(TWO, DIGITS), DIGITS);
    }
    return refine(x.add(ONE), StrictMath.log1p(x.doubleValue()));
  }

  /** Halley's step on e^y = x, twice: each triples the digits. */
  private static BigDecimal refine(BigDecimal x, double guess) {
    BigDecimal y = new BigDecimal(guess);
    for (int i = 0; i < 2; i++) {
      BigDecimal power = exp(y);
      BigDecimal step = x.subtract(power, DIGITS).divide(x.add(power, DIGITS), DIGITS);
      y = y.add(step.multiply(TWO, DIGITS), DIGITS);
    }
    return y;
  }

  static BigDecimal tanh(BigDecimal x) {
    if (x.abs().compareTo(BigDecimal.valueOf(100)) > 0) {
      return BigDecimal.valueOf(x.signum());
    }
    BigDecimal power = expm1(x.multiply(TWO));
    return power.divide(power.add(TWO, DIGITS), DIGITS);
  }

  static BigDecimal sigmoid(BigDecimal x) {
    return ONE.divide(exp(x.negate()).add(ONE, DIGITS), DIGITS);
  }

  static BigDecimal sqrt(BigDecimal x) {
    return x.sqrt(DIGITS);
  }

  static BigDecimal rsqrt(BigDecimal x) {
    return ONE.divide(x.sqrt(DIGITS), DIGITS);
  }

  /** For |x| up to about 10^20. */
  static BigDecimal sin(BigDecimal x) {
    BigDecimal turns = x.divide(PI.multiply(TWO), DIGITS).setScale(0, RoundingMode.HALF_EVEN);
    BigDecimal rest = x.subtract(turns.multiply(PI.multiply(TWO)), new MathContext(120));
    return alternating(rest, rest, 2);
  }

  static BigDecimal cos(BigDecimal x) {
    return sin(x.add(PI.divide(TWO)));
  }

  /** The sum of (-1)^i first x^(2i) / ((from)(from + 1)...). */
  private static BigDecimal alternating(BigDecimal x, BigDecimal first, int from) {
    BigDecimal square = x.multiply(x, DIGITS).negate();
    BigDecimal term = first;
    BigDecimal sum = first;
    for (int n = from; !isNegligible(term, sum); n += 2) {
      long divisor = (long) n * (n + 1);
      term = term.multiply(square, DIGITS).divide(BigDecimal.valueOf(divisor), DIGITS);
      sum = sum.add(term, DIGITS);
    }
    return sum;
  }

  /** As 2 / sqrt(pi) times the sum of (-1)^n x^(2n + 1) / (n! (2n + 1)). */
  static BigDecimal erf(BigDecimal x) {
    if (x.abs().compareTo(BigDecimal.valueOf(7)) > 0) {
      return BigDecimal.valueOf(x.signum());
    }
    BigDecimal square = x.multiply(x, DIGITS).negate();
    BigDecimal power = x;
    BigDecimal term = x;
    BigDecimal sum = x;
    for (int n = 1; !isNegligible(term, sum); n++) {
      power = power.multiply(square, DIGITS).divide(BigDecimal.valueOf(n), DIGITS);
      term = power.divide(BigDecimal.valueOf(2L * n + 1), DIGITS);
      sum = sum.add(term, DIGITS);
    }
    return sum.multiply(TWO).divide(PI.sqrt(DIGITS), DIGITS);
  }

  private static boolean isNegligible(BigDecimal term, BigDecimal sum) {
    return term.abs().compareTo(sum.abs().multiply(NEGLIGIBLE, DIGITS)) <= 0;
  }

  /** pi = 16 arctan(1/5) - 4 arctan(1/239), to 150 digits. */
  private static BigDecimal machin() {
    BigInteger one = BigInteger.TEN.pow(160);
    BigInteger quarter = arctanOfInverse(5, one).shiftLeft(2).subtract(arctanOfInverse(239, one));
    return new BigDecimal(quarter.shiftLeft(2), 160).setScale(150, RoundingMode.HALF_EVEN);
  }

  private static BigInteger arctanOfInverse(int x, BigInteger one) {
    BigInteger square = BigInteger.valueOf((long) x * x).negate();
    BigInteger power = one.divide(BigInteger.valueOf(x));
    BigInteger sum = power;
    for (int n = 3; power.signum() != 0; n += 2) {
      power = power.divide(square);
      sum = sum.add(power.divide(BigInteger.valueOf(n)));
    }
    return sum;
  }
}
