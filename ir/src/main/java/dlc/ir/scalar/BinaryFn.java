// SPDX-License-Identifier: Apache-2.0
package dlc.ir.scalar;

import java.util.Locale;

/** Functions of two scalars of one type. */
public enum BinaryFn {
  ADD("+"),
  SUB("-"),
  /** Integers wrap at 32 bits. */
  MUL("*"),
  /** Integers round towards minus infinity; a division by 0 gives 0. */
  DIV("/"),
  POW("pow"),
  /** {@code x * 2^y}, for f32 and a whole y from -252 to 254: also where 2^y is none. */
  SCALE("scale"),
  /** NaN if either is. */
  MAX("max"),
  /** NaN if either is. */
  MIN("min"),
  EQ("=="),
  NE("!="),
  LT("<"),
  LE("<="),
  GT(">"),
  GE(">="),
  AND("and"),
  OR("or");

  private final String symbol;

  BinaryFn(String symbol) {
    this.symbol = symbol;
  }

  /** Whether the result is a bool whatever the operands are. */
  public boolean isComparison() {
    return switch (this) {
      case EQ, NE, LT, LE, GT, GE -> true;
      case ADD, SUB, MUL, DIV, POW, SCALE, MAX, MIN, AND, OR -> false;
    };
  }

  /** Whether it is written before its operands, as a call. */
  public boolean isCall() {
    return Character.isLetter(symbol.charAt(0)) && this != AND && this != OR;
  }

  /** Its value in f64; of integers when {@code integral}. */
  public double of(double x, double y, boolean integral) {
    return switch (this) {
      case ADD -> x + y;
      case SUB -> x - y;
      case MUL -> integral ? (int) (((long) x) * ((long) y)) : x * y;
      case DIV -> integral ? (y == 0 ? 0 : Math.floor(x / y)) : x / y;
      case POW -> Math.pow(x, y);
      case SCALE -> x * Math.pow(2, y);
      case MAX -> Math.max(x, y);
      case MIN -> Math.min(x, y);
      case EQ -> truth(x == y);
      case NE -> truth(x != y);
      case LT -> truth(x < y);
      case LE -> truth(x <= y);
      case GT -> truth(x > y);
      case GE -> truth(x >= y);
      case AND -> truth(x != 0 && y != 0);
      case OR -> truth(x != 0 || y != 0);
    };
  }

  private static double truth(boolean holds) {
    return holds ? 1 : 0;
  }

  /** How kernel text writes it. */
  public String symbol() {
    return symbol;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
