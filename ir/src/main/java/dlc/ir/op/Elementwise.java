// SPDX-License-Identifier: Apache-2.0
package dlc.ir.op;

import static dlc.ir.scalar.BinaryFn.EQ;
import static dlc.ir.scalar.BinaryFn.GE;
import static dlc.ir.scalar.BinaryFn.GT;
import static dlc.ir.scalar.BinaryFn.LE;
import static dlc.ir.scalar.BinaryFn.LT;

import dlc.ir.DType;
import dlc.ir.Operands;
import dlc.ir.TensorType;
import dlc.ir.scalar.BinaryFn;
import dlc.ir.scalar.Scalar;
import dlc.ir.scalar.UnaryFn;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Ops that compute each result element from the operand elements at the same place.
 *
 * <p>One line declares an op completely: its value and its partial derivative in each operand, in
 * terms of the operands and of the result. The interpreter, the fuser and the backends read the
 * {@link Scalar}; none of them names an op.
 */
public enum Elementwise implements Computed {
  ADD(binary(BinaryFn.ADD), lit(1), lit(1)),
  SUB(binary(BinaryFn.SUB), lit(1), lit(-1)),
  MUL(binary(BinaryFn.MUL), y(), x()),
  DIV(binary(BinaryFn.DIV), lit(1).over(y()), neg(result().over(y()))),
  POW(
      binary(BinaryFn.POW),
      y().is(EQ, lit(0))
          .choose(lit(0), y().times(new Scalar.Binary(BinaryFn.POW, x(), y().minus(lit(1))))),
      x().is(EQ, lit(0))
          .is(BinaryFn.AND, y().is(GE, lit(0)))
          .choose(lit(0), result().times(x().then(UnaryFn.LOG)))),
  MAX(binary(BinaryFn.MAX), share(LT), share(GT)),
  MIN(binary(BinaryFn.MIN), share(GT), share(LT)),
  NEG(neg(x()), lit(-1)),
  RELU(x().is(LE, lit(0)).choose(lit(0), x()), result().is(LE, lit(0)).choose(lit(0), lit(1))),
  EXP(x().then(UnaryFn.EXP), result()),
  // Not result() + 1, which has few digits where exp(x) is small.
  EXPM1(x().then(UnaryFn.EXPM1), x().then(UnaryFn.EXP)),
  LOG(x().then(UnaryFn.LOG), lit(1).over(x())),
  LOG1P(x().then(UnaryFn.LOG1P), lit(1).over(x().plus(lit(1)))),
  SQRT(x().then(UnaryFn.SQRT), lit(0.5).over(result())),
  RSQRT(x().then(UnaryFn.RSQRT), lit(-0.5).times(result()).over(x())),
  ABS(x().then(UnaryFn.ABS), x().then(UnaryFn.SIGN)),
  SIGN(x().then(UnaryFn.SIGN), lit(0)),
  SIN(x().then(UnaryFn.SIN), x().then(UnaryFn.COS)),
  COS(x().then(UnaryFn.COS), neg(x().then(UnaryFn.SIN))),
  TANH(x().then(UnaryFn.TANH), lit(1).minus(result().times(result()))),
  SIGMOID(
      lit(1).over(lit(1).plus(neg(x()).then(UnaryFn.EXP))), result().times(lit(1).minus(result()))),
  ERF(
      x().then(UnaryFn.ERF),
      lit(2 / Math.sqrt(Math.PI)).times(neg(x().times(x())).then(UnaryFn.EXP))),
  FLOOR(x().then(UnaryFn.FLOOR), lit(0)),
  EQUAL(binary(BinaryFn.EQ), lit(0), lit(0)),
  NOT_EQUAL(binary(BinaryFn.NE), lit(0), lit(0)),
  LESS(binary(BinaryFn.LT), lit(0), lit(0)),
  LESS_EQUAL(binary(BinaryFn.LE), lit(0), lit(0)),
  GREATER(binary(BinaryFn.GT), lit(0), lit(0)),
  GREATER_EQUAL(binary(BinaryFn.GE), lit(0), lit(0)),
  AND(binary(BinaryFn.AND), lit(0), lit(0)),
  OR(binary(BinaryFn.OR), lit(0), lit(0)),
  NOT(x().then(UnaryFn.NOT), lit(0)),
  /** The second operand where the first holds, the third elsewhere. */
  SELECT(x().choose(y(), z()), lit(0), x().choose(lit(1), lit(0)), x().choose(lit(0), lit(1))),
  /** Its operand, held constant by differentiation. */
  STOP_GRADIENT(x(), lit(0));

  private final Scalar value;
  private final List<Scalar> partials;

  Elementwise(Scalar value, Scalar... partials) {
    this.value = value;
    this.partials = List.of(partials);
  }

  /** The op that computes {@code fn} alone. */
  public static Elementwise of(UnaryFn fn) {
    return switch (fn) {
      case NEG -> NEG;
      case NOT -> NOT;
      case ABS -> ABS;
      case SIGN -> SIGN;
      case FLOOR -> FLOOR;
      case EXP -> EXP;
      case EXPM1 -> EXPM1;
      case LOG -> LOG;
      case LOG1P -> LOG1P;
      case SQRT -> SQRT;
      case RSQRT -> RSQRT;
      case SIN -> SIN;
      case COS -> COS;
      case TANH -> TANH;
      case ERF -> ERF;
      case POW2, EXPONENT, MANTISSA -> throw new IllegalStateException("no op computes " + fn);
    };
  }

  /** The op that computes {@code fn} alone. */
  public static Elementwise of(BinaryFn fn) {
    return switch (fn) {
      case ADD -> ADD;
      case SUB -> SUB;
      case MUL -> MUL;
      case DIV -> DIV;
      case POW -> POW;
      case SCALE -> throw new IllegalStateException("no op computes " + fn);
      case MAX -> MAX;
      case MIN -> MIN;
      case EQ -> EQUAL;
      case NE -> NOT_EQUAL;
      case LT -> LESS;
      case LE -> LESS_EQUAL;
      case GT -> GREATER;
      case GE -> GREATER_EQUAL;
      case AND -> AND;
      case OR -> OR;
    };
  }

  /** The value in terms of {@code Arg(i)}, operand {@code i}. */
  public Scalar value() {
    return value;
  }

  @Override
  public List<String> operandNames() {
    return List.of("x", "y", "z").subList(0, partials.size());
  }

  /** Whether each result is an operand, its opposite, or 0, so that it has no more digits. */
  public boolean isExact() {
    return switch (this) {
      case MAX, MIN, NEG, RELU, ABS, SELECT, STOP_GRADIENT -> true;
      case ADD,
          SUB,
          MUL,
          DIV,
          POW,
          EXP,
          EXPM1,
          LOG,
          LOG1P,
          SQRT,
          RSQRT,
          SIN,
          COS,
          TANH,
          SIGMOID,
          ERF,
          SIGN,
          FLOOR,
          EQUAL,
          NOT_EQUAL,
          LESS,
          LESS_EQUAL,
          GREATER,
          GREATER_EQUAL,
          AND,
          OR,
          NOT ->
          false;
    };
  }

  private boolean isLogical() {
    return this == AND || this == OR || this == NOT;
  }

  @Override
  public TensorType inferType(Operands operands) {
    if (this == SELECT) {
      operands.require(
          operands.type(0).dtype() == DType.BOOL
              && operands.type(0).dims().equals(operands.type(1).dims()),
          "select needs a bool test of its operands' shape, found %s and %s",
          operands.type(0),
          operands.type(1));
      return operands.same(1);
    }
    TensorType type = operands.same(0);
    operands.require(
        isLogical() == (type.dtype() == DType.BOOL) || isAgnostic(),
        "%s does not apply to %s",
        mnemonic(),
        type);
    operands.require(
        type.dtype().isFloat() || !needsFloat(), "%s needs floats, found %s", mnemonic(), type);
    return value instanceof Scalar.Binary binary && binary.fn().isComparison()
        ? type.withDType(DType.BOOL)
        : type;
  }

  private boolean isAgnostic() {
    return this == EQUAL || this == NOT_EQUAL || this == STOP_GRADIENT;
  }

  private boolean needsFloat() {
    return switch (this) {
      case EXP, EXPM1, LOG, LOG1P, SQRT, RSQRT, SIN, COS, TANH, SIGMOID, ERF, FLOOR, POW -> true;
      case ADD,
          SUB,
          MUL,
          DIV,
          MAX,
          MIN,
          NEG,
          RELU,
          ABS,
          SIGN,
          EQUAL,
          NOT_EQUAL,
          LESS,
          LESS_EQUAL,
          GREATER,
          GREATER_EQUAL,
          AND,
          OR,
          NOT,
          SELECT,
          STOP_GRADIENT ->
          false;
    };
  }

  @Override
  public Comprehension comprehension(List<TensorType> operands, TensorType result) {
    var loops = Comprehension.loops("d", result.dims());
    var access = Comprehension.Access.of(Comprehension.indices(loops));
    return Comprehension.of(
        loops,
        Collections.nCopies(operands.size(), access),
        value.withLiterals(operands.getLast().dtype()));
  }

  @Override
  public void gradient(GradientContext grad) {
    List<dlc.ir.Value> arguments = new ArrayList<>(grad.operands());
    while (arguments.size() < RESULT) {
      arguments.add(grad.result());
    }
    arguments.add(grad.result());
    for (int i = 0; i < partials.size(); i++) {
      if (grad.wants(i) && !partials.get(i).equals(lit(0))) {
        grad.add(i, grad.times(grad.upstream(), partials.get(i), arguments));
      }
    }
  }

  private static final int RESULT = 3;

  private static Scalar x() {
    return new Scalar.Arg(0);
  }

  private static Scalar y() {
    return new Scalar.Arg(1);
  }

  private static Scalar z() {
    return new Scalar.Arg(2);
  }

  private static Scalar result() {
    return new Scalar.Arg(3);
  }

  private static Scalar lit(double value) {
    return Scalar.literal(value, DType.F32);
  }

  private static Scalar neg(Scalar x) {
    return x.then(UnaryFn.NEG);
  }

  private static Scalar binary(BinaryFn fn) {
    return new Scalar.Binary(fn, x(), y());
  }

  /** 0 where the other wins, a half where they are equal; where one is a NaN, 1 for both. */
  private static Scalar share(BinaryFn loses) {
    return x().is(loses, y()).choose(lit(0), x().is(EQ, y()).choose(lit(0.5), lit(1)));
  }
}
