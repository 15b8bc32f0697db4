// SPDX-License-Identifier: Apache-2.0
package dlc.passes.lower;

import dlc.ir.Value;
import dlc.ir.op.Computed;
import dlc.ir.op.Elementwise;
import dlc.ir.scalar.Scalar;

/** A rough count of the instructions that one element of a value takes. */
final class Cost {

  private static final int CALL = 10;
  private static final int DIVISION = 4;
  private static final int RANDOM = 60;

  private Cost() {}

  static int of(Value value) {
    if (value.op() instanceof Elementwise op) {
      return of(op.value());
    }
    return value.op() instanceof Computed ? of(value.comprehension().body()) : 0;
  }

  private static int of(Scalar scalar) {
    int parts = scalar.parts().stream().mapToInt(Cost::of).sum();
    return parts
        + switch (scalar) {
          case Scalar.Arg _,
              Scalar.Literal _,
              Scalar.Position _,
              Scalar.Holds _,
              Scalar.Load _,
              Scalar.Local _ ->
              0;
          case Scalar.Unary unary ->
              switch (unary.fn()) {
                case NEG, NOT, ABS, SIGN, FLOOR, POW2, EXPONENT, MANTISSA -> 1;
                case SQRT, RSQRT -> DIVISION;
                case EXP, EXPM1, LOG, LOG1P, SIN, COS, TANH, ERF -> CALL;
              };
          case Scalar.Binary binary ->
              switch (binary.fn()) {
                case ADD, SUB, MUL, SCALE, MAX, MIN, EQ, NE, LT, LE, GT, GE, AND, OR -> 1;
                case DIV -> DIVISION;
                case POW -> 2 * CALL;
              };
          case Scalar.Fma _ -> 2;
          case Scalar.Select _, Scalar.Cast _ -> 1;
          case Scalar.Uniform _ -> RANDOM;
        };
  }
}
