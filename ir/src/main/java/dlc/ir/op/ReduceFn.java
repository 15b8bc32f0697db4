// SPDX-License-Identifier: Apache-2.0
package dlc.ir.op;

import dlc.ir.scalar.BinaryFn;
import java.util.Locale;

/** An associative and commutative function to fold many values into one. */
public enum ReduceFn {
  SUM(BinaryFn.ADD, 0),
  PROD(BinaryFn.MUL, 1),
  MAX(BinaryFn.MAX, Double.NEGATIVE_INFINITY),
  MIN(BinaryFn.MIN, Double.POSITIVE_INFINITY);

  private final BinaryFn fn;
  private final double identity;

  ReduceFn(BinaryFn fn, double identity) {
    this.fn = fn;
    this.identity = identity;
  }

  public BinaryFn fn() {
    return fn;
  }

  /** The value of folding nothing. */
  public double identity() {
    return identity;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
