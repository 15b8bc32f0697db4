// SPDX-License-Identifier: Apache-2.0
package dlc.ir.scalar;

import java.util.Locale;

/** Functions of one scalar. */
public enum UnaryFn {
  NEG,
  NOT,
  ABS,
  /** 1, 0 or -1; of a NaN 0, as in PyTorch. */
  SIGN,
  FLOOR,
  EXP,
  LOG,
  LOG1P,
  EXPM1,
  SQRT,
  RSQRT,
  SIN,
  COS,
  TANH,
  ERF,
  /** {@code 2^x} for an integral {@code x} in the exponent's range. */
  POW2,
  /** The binary exponent: {@code floor(log2 |x|)} of a normal {@code x}. */
  EXPONENT,
  /** {@code |x| / 2^exponent(x)}, in {@code [1, 2)}. */
  MANTISSA;

  /** Its value in f64. */
  public double of(double x) {
    return switch (this) {
      case NEG -> -x;
      case NOT -> x == 0 ? 1 : 0;
      case ABS -> Math.abs(x);
      case SIGN -> x > 0 ? 1 : x < 0 ? -1 : 0;
      case FLOOR -> Math.floor(x);
      case EXP -> Math.exp(x);
      case LOG -> Math.log(x);
      case LOG1P -> Math.log1p(x);
      case EXPM1 -> Math.expm1(x);
      case SQRT -> Math.sqrt(x);
      case RSQRT -> 1 / Math.sqrt(x);
      case SIN -> Math.sin(x);
      case COS -> Math.cos(x);
      case TANH -> Math.tanh(x);
      case ERF -> ErrorFunction.of(x);
      case POW2 -> Math.pow(2, x);
      case EXPONENT -> Math.getExponent(x);
      case MANTISSA -> Math.abs(x) / Math.pow(2, Math.getExponent(x));
    };
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
