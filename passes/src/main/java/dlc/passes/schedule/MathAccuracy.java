// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import dlc.ir.DType;
import dlc.ir.op.Elementwise;

/**
 * How far from the exact value a compiled function may be, in units in the last place (ULP).
 *
 * <p>On f32 it is what the expansions promise, for every argument that is a normal number; on f64
 * what is asked of the C library, which computes there. {@code pow} is the C library's on both.
 */
public enum MathAccuracy {
  EXP(Elementwise.EXP, 1.5, 1),
  EXPM1(Elementwise.EXPM1, 2, 1),
  LOG(Elementwise.LOG, 1.5, 1),
  LOG1P(Elementwise.LOG1P, 3, 1),
  SIN(Elementwise.SIN, 2, 1),
  COS(Elementwise.COS, 2, 1),
  TANH(Elementwise.TANH, 2, 2.5),
  SIGMOID(Elementwise.SIGMOID, 3, 2.5),
  ERF(Elementwise.ERF, 3, 1),
  SQRT(Elementwise.SQRT, 0.5, 0.5),
  RSQRT(Elementwise.RSQRT, 1.5, 1.5),
  POW(Elementwise.POW, 1, 1);

  private final Elementwise function;
  private final double singleUlps;
  private final double doubleUlps;

  MathAccuracy(Elementwise function, double singleUlps, double doubleUlps) {
    this.function = function;
    this.singleUlps = singleUlps;
    this.doubleUlps = doubleUlps;
  }

  public Elementwise function() {
    return function;
  }

  /**
   * The greatest error in ULP.
   *
   * @param type f32 or f64
   */
  public double ulps(DType type) {
    return switch (type) {
      case F32 -> singleUlps;
      case F64 -> doubleUlps;
      case BF16, F16, I32, U8, BOOL ->
          throw new IllegalArgumentException("functions are computed in f32 or f64, not " + type);
    };
  }
}
