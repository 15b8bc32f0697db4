// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import static dlc.ir.scalar.BinaryFn.EQ;
import static dlc.ir.scalar.BinaryFn.GT;
import static dlc.ir.scalar.BinaryFn.LT;

import dlc.ir.DType;
import dlc.ir.kernel.Stmt;
import dlc.ir.scalar.BinaryFn;
import dlc.ir.scalar.Scalar;
import dlc.ir.scalar.UnaryFn;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes exp, log, tanh and their like on f32 as polynomials, which vectors can compute, and which
 * have the same bits on every device that rounds a product and a sum together.
 *
 * <p>Ranges are reduced as in Cephes (Moshier, 1992); polynomials are Taylor and minimax ones of
 * f32 accuracy: {@link MathAccuracy} says how near they come. f64 is left to the C library.
 */
final class ExpandMath {

  private final List<Stmt> block = new ArrayList<>();
  private final int[] names;

  /** What the names that were given so far stand for. */
  private final Map<String, Scalar> lets;

  private ExpandMath(int[] names, Map<String, Scalar> lets) {
    this.names = names;
    this.lets = lets;
  }

  static List<Stmt> run(List<Stmt> statements) {
    return run(statements, new int[1], new HashMap<>());
  }

  private static List<Stmt> run(List<Stmt> statements, int[] names, Map<String, Scalar> lets) {
    List<Stmt> result = new ArrayList<>();
    for (Stmt statement : statements) {
      ExpandMath expansion = new ExpandMath(names, lets);
      Stmt last =
          switch (statement) {
            case Stmt.For(var counter, var kind, var body) ->
                new Stmt.For(counter, kind, run(body, names, lets));
            case Stmt.If(var when, var body) -> new Stmt.If(when, run(body, names, lets));
            case Stmt.Let(var name, var value) -> expansion.named(name, expansion.expand(value));
            case Stmt.Store(var buffer, var at, var value) ->
                new Stmt.Store(buffer, at, expansion.expand(value));
            case Stmt.Declare declare -> declare;
          };
      result.addAll(expansion.block);
      result.add(last);
    }
    return result;
  }

  /** Whether there is something to expand in {@code statements}. */
  static boolean expands(List<Stmt> statements) {
    boolean[] found = {false};
    Rewriting.visitScalars(
        statements,
        scalar ->
            found[0] |=
                scalar instanceof Scalar.Unary(UnaryFn fn, Scalar x)
                    && x.type() == DType.F32
                    && isExpanded(fn));
    return found[0];
  }

  private static boolean isExpanded(UnaryFn fn) {
    return switch (fn) {
      case EXP, EXPM1, LOG, LOG1P, TANH, ERF, SIN, COS -> true;
      case NEG, NOT, ABS, SIGN, FLOOR, SQRT, RSQRT, POW2, EXPONENT, MANTISSA -> false;
    };
  }

  private Scalar expand(Scalar scalar) {
    Scalar inner = scalar.mapParts(this::expand, index -> index);
    if (!(inner instanceof Scalar.Unary(UnaryFn fn, Scalar x)) || x.type() != DType.F32) {
      return inner;
    }
    return switch (fn) {
      case EXP -> let(exp(let(x)));
      case EXPM1 -> let(expm1(let(x)));
      case LOG -> let(log(let(x)));
      case LOG1P -> let(log1p(let(x)));
      case TANH -> let(tanh(let(x)));
      case ERF -> let(erf(let(x)));
      case SIN -> let(wave(let(x), false));
      case COS -> let(wave(let(x), true));
      case NEG, NOT, ABS, SIGN, FLOOR, SQRT, RSQRT, POW2, EXPONENT, MANTISSA -> inner;
    };
  }

  private Scalar let(Scalar scalar) {
    if (scalar instanceof Scalar.Local) {
      return scalar;
    }
    Stmt.Let let = named("m" + names[0]++, scalar);
    block.add(let);
    return let.local();
  }

  private Stmt.Let named(String name, Scalar value) {
    lets.put(name, value);
    return new Stmt.Let(name, value);
  }

  /** What {@code scalar} stands for, if it is a name. */
  private Scalar meaning(Scalar scalar) {
    return scalar instanceof Scalar.Local local ? lets.getOrDefault(local.name(), scalar) : scalar;
  }

  private static Scalar lit(double value) {
    return Scalar.literal(value, DType.F32);
  }

  private static Scalar fn(UnaryFn fn, Scalar x) {
    return x.then(fn);
  }

  /** Horner's rule; the highest power comes first. */
  private Scalar polynomial(Scalar x, double... coefficients) {
    Scalar sum = lit(coefficients[0]);
    for (int i = 1; i < coefficients.length; i++) {
      sum = sum.timesPlus(x, lit(coefficients[i]));
    }
    return let(sum);
  }

  // e^x = 2^n e^r with r = x - n ln 2, |r| <= ln 2 / 2; the polynomial is a minimax one.
  private Scalar exp(Scalar x) {
    Reduced by = reduce(x);
    Scalar p =
        polynomial(
            by.rest,
            1.3813143596053123e-3,
            8.369418792426586e-3,
            0.04166845604777336,
            0.16666515171527863,
            0.4999999403953552,
            1.0,
            1.0);
    return new Scalar.Binary(BinaryFn.SCALE, p, by.exponent);
  }

  // As e^x, in two steps, since n may be 128, with 1 taken off before the second one: the sum of
  // e^r - 1 and 1 would lose it.
  private Scalar expm1(Scalar x) {
    Reduced by = reduce(x);
    Scalar value =
        let(
            polynomial(by.rest, 1.0 / 5040, 1.0 / 720, 1.0 / 120, 1.0 / 24, 1.0 / 6, 0.5)
                .timesPlus(let(by.rest.times(by.rest)), by.rest));
    Scalar half = let(fn(UnaryFn.FLOOR, by.exponent.times(lit(0.5))));
    Scalar otherHalf = let(by.exponent.minus(half));
    Scalar scale = let(fn(UnaryFn.POW2, half));
    Scalar one = fn(UnaryFn.POW2, fn(UnaryFn.NEG, otherHalf));
    return value.timesPlus(scale, scale.minus(one)).times(fn(UnaryFn.POW2, otherHalf));
  }

  /** {@code x = exponent ln 2 + rest}. */
  private record Reduced(Scalar rest, Scalar exponent) {}

  private Reduced reduce(Scalar x) {
    return meaning(x) instanceof Scalar.Unary(UnaryFn fn, Scalar y) && fn == UnaryFn.NEG
        ? reduceNegative(y)
        : reduced(let(atMost(89, atLeast(-104, x))), 1);
  }

  /**
   * Of {@code -y}: the sign costs nothing in sums of products, nor does the end that squares lack.
   */
  private Reduced reduceNegative(Scalar y) {
    boolean isSquare =
        meaning(y) instanceof Scalar.Binary(BinaryFn fn, Scalar lhs, Scalar rhs)
            && fn == BinaryFn.MUL
            && lhs.equals(rhs);
    Scalar clamped = atMost(104, y);
    return reduced(let(isSquare ? clamped : atLeast(-89, clamped)), -1);
  }

  /** Of {@code sign * x}. */
  private Reduced reduced(Scalar x, int sign) {
    Scalar n = let(fn(UnaryFn.FLOOR, x.timesPlus(lit(sign * 1.4426950408889634), lit(0.5))));
    Scalar signed = sign < 0 ? fn(UnaryFn.NEG, x) : x;
    Scalar r = let(n.timesPlus(lit(2.12194440e-4), n.timesPlus(lit(-0.693359375), signed)));
    return new Reduced(r, n);
  }

  private static Scalar atLeast(double least, Scalar x) {
    return x.is(LT, lit(least)).choose(lit(least), x);
  }

  private static Scalar atMost(double most, Scalar x) {
    return x.is(GT, lit(most)).choose(lit(most), x);
  }

  // log x = e ln 2 + log(1 + f), with 1 + f the mantissa moved into [sqrt(1/2), sqrt(2)).
  private Scalar log(Scalar x) {
    Scalar tiny = let(x.is(LT, lit(1.17549435e-38)));
    Scalar scaled = let(tiny.choose(x.times(lit(8388608)), x));
    Scalar mantissa = let(fn(UnaryFn.MANTISSA, scaled));
    Scalar big = let(mantissa.is(GT, lit(1.41421356)));
    Scalar f = let(big.choose(mantissa.times(lit(0.5)), mantissa).minus(lit(1)));
    Scalar exponent = fn(UnaryFn.EXPONENT, scaled).plus(big.choose(lit(1), lit(0)));
    Scalar e = let(exponent.minus(tiny.choose(lit(23), lit(0))));
    Scalar z = let(f.times(f));
    Scalar p =
        polynomial(
            f,
            7.0376836292e-2,
            -1.1514610310e-1,
            1.1676998740e-1,
            -1.2420140846e-1,
            1.4249322787e-1,
            -1.6668057665e-1,
            2.0000714765e-1,
            -2.4999993993e-1,
            3.3333331174e-1);
    Scalar rest = f.times(z).timesPlus(p, e.times(lit(-2.12194440e-4)));
    Scalar y = z.timesPlus(lit(-0.5), rest);
    Scalar value = let(e.timesPlus(lit(0.693359375), f.plus(y)));
    Scalar infinity = lit(Double.POSITIVE_INFINITY);
    Scalar finite = x.is(EQ, infinity).choose(infinity, value);
    Scalar positive = x.is(EQ, lit(0)).choose(lit(Double.NEGATIVE_INFINITY), finite);
    Scalar known = x.is(LT, lit(0)).choose(lit(Double.NaN), positive);
    return x.is(BinaryFn.NE, x).choose(x, known);
  }

  // log(1 + x) = log(u) (x / (u - 1)) with u = 1 + x rounded (Kahan).
  private Scalar log1p(Scalar x) {
    Scalar u = let(x.plus(lit(1)));
    Scalar log = let(log(u));
    Scalar corrected = log.times(x.over(u.minus(lit(1))));
    Scalar infinite = x.is(EQ, lit(Double.POSITIVE_INFINITY));
    return u.is(EQ, lit(1)).choose(x, infinite.choose(x, u.is(EQ, lit(0)).choose(log, corrected)));
  }

  // tanh x = 1 - 2 / (e^2x + 1) away from 0, an odd polynomial near it.
  private Scalar tanh(Scalar x) {
    Scalar magnitude = let(fn(UnaryFn.ABS, x));
    Scalar far =
        let(lit(1).minus(lit(2).over(let(exp(let(magnitude.plus(magnitude)))).plus(lit(1)))));
    Scalar z = let(x.times(x));
    Scalar p =
        polynomial(
            z,
            -5.70498872745e-3,
            2.06390887954e-2,
            -5.37397155531e-2,
            1.33314422036e-1,
            -3.33332819422e-1);
    Scalar near = x.times(z).timesPlus(p, x);
    Scalar signed = x.is(LT, lit(0)).choose(fn(UnaryFn.NEG, far), far);
    return magnitude.is(LT, lit(0.625)).choose(near, signed);
  }

  // Minimax polynomials: of erf(x) / x in x^2 near 0, of (1 - erf(x)) e^(x^2) further out; from
  // 4 on it rounds to 1. The derivative shares e^(-x^2).
  private Scalar erf(Scalar x) {
    Scalar magnitude = let(fn(UnaryFn.ABS, x));
    Scalar bounded = let(atMost(4, magnitude));
    Scalar scaled =
        polynomial(
            bounded,
            1.3009266479062313e-4,
            -2.2519324038011122e-3,
            0.01743268345490472,
            -0.08022238075201792,
            0.24656895473285056,
            -0.5403564253687989,
            0.8804093518705707,
            -1.0879989933055798,
            0.9938722242293309);
    Scalar z = let(x.times(x));
    Scalar farBelow = let(scaled.timesPlus(let(exp(let(fn(UnaryFn.NEG, z)))), lit(-1)));
    Scalar p =
        polynomial(
            z,
            -5.990843526089187e-4,
            4.993177989706584e-3,
            -2.6766614462051707e-2,
            1.1281816108446062e-1,
            -3.761249367955301e-1,
            1.1283791495544284);
    Scalar signed = x.is(LT, lit(0)).choose(farBelow, fn(UnaryFn.NEG, farBelow));
    return magnitude.is(LT, lit(0.921875)).choose(x.times(p), signed);
  }

  // The sine or cosine of what is left of whole quarter turns.
  private Scalar wave(Scalar x, boolean cosine) {
    QuarterTurns turns = QuarterTurns.of(x, this::let);
    Scalar r = turns.rest();
    Scalar z = let(r.times(r));
    Scalar sine =
        let(
            r.times(z)
                .timesPlus(polynomial(z, -1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1), r));
    Scalar co =
        let(
            z.times(z)
                .timesPlus(
                    polynomial(
                        z, 2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2),
                    z.timesPlus(lit(-0.5), lit(1))));
    Scalar count = turns.count();
    Scalar isOdd = new Scalar.Binary(BinaryFn.OR, count.is(EQ, lit(1)), count.is(EQ, lit(3)));
    Scalar value = let(cosine ? isOdd.choose(sine, co) : isOdd.choose(co, sine));
    Scalar isNegative =
        cosine
            ? new Scalar.Binary(BinaryFn.OR, count.is(EQ, lit(1)), count.is(EQ, lit(2)))
            : count.is(GT, lit(1.5));
    return isNegative.choose(fn(UnaryFn.NEG, value), value);
  }
}
