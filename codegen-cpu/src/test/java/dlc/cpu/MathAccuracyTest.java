// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dlc.base.Span;
import dlc.ir.DType;
import dlc.ir.Graph;
import dlc.ir.GraphBuilder;
import dlc.ir.Role;
import dlc.ir.TensorType;
import dlc.ir.Value;
import dlc.ir.kernel.Target;
import dlc.ir.scalar.UnaryFn;
import dlc.passes.schedule.MathAccuracy;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Compiled functions are as near to the exact values as {@link MathAccuracy} promises: on f32 over
 * the whole range of floats against f64, on f64 against {@link PreciseMath}.
 */
final class MathAccuracyTest {

  /** Every so many floats, in the order of their bits; a prime, so that all low bits occur. */
  private static final int STRIDE = 8191;

  private static final int DENSE = 100_000;
  private static final int DOUBLES = 400;

  private static final double[] LANDMARKS = {
    0,
    Float.MIN_VALUE,
    Float.MIN_NORMAL,
    1e-4,
    0.5,
    0.625,
    Math.sqrt(0.5),
    Math.PI / 4,
    0.921875,
    1,
    Math.sqrt(2),
    Math.PI / 2,
    2,
    Math.PI,
    4,
    16.635532,
    87.33654,
    88.72284,
    103.97208,
    0x1p49,
    0x1p73,
    0x1p97,
    0x1p121,
    Float.MAX_VALUE,
    Double.POSITIVE_INFINITY,
    Double.NaN
  };

  private static final List<CpuBackend> BACKENDS = new ArrayList<>();

  /**
   * With this processor's instructions; on x86-64 also without fused multiplication and addition.
   */
  @BeforeAll
  static void start() {
    BACKENDS.add(new CpuBackend(CpuBackend.host(), 2));
    if (BACKENDS.getFirst().target().isX86()) {
      BACKENDS.add(new CpuBackend(Target.X86_64_V2, 2));
    }
  }

  @AfterAll
  static void stop() {
    BACKENDS.forEach(CpuBackend::close);
  }

  @ParameterizedTest
  @EnumSource
  void singlePrecision(MathAccuracy promise) {
    double[] x = singles();
    double[] y = shuffled(x);
    if (promise == MathAccuracy.POW) {
      // The C library takes a subnormal base apart with sums that are flushed.
      for (double[] operand : List.of(x, y)) {
        Arrays.setAll(operand, i -> flush(operand[i]));
      }
    }
    double[] exact =
        IntStream.range(0, x.length)
            .parallel()
            .mapToDouble(i -> reference(promise, x[i], y[i]))
            .toArray();
    for (CpuBackend backend : BACKENDS) {
      double[] actual = compiled(backend, promise, DType.F32, x, y);
      Worst worst = new Worst();
      for (int i = 0; i < x.length; i++) {
        double error = ulps(exact[i], actual[i]);
        if (error > 0 && (isSubnormal(x[i]) || isSubnormal(y[i]))) {
          double flushed = reference(promise, flush(x[i]), flush(y[i]));
          error = Math.min(error, ulps(flushed, actual[i]));
        }
        worst.see(error, x[i], y[i], exact[i], actual[i]);
      }
      worst.check(promise, DType.F32, backend.target());
    }
  }

  @ParameterizedTest
  @EnumSource
  void doublePrecision(MathAccuracy promise) {
    double[] x = doubles();
    double[] y = shuffled(x);
    double[] actual = compiled(BACKENDS.getFirst(), promise, DType.F64, x, y);
    double[] errors =
        IntStream.range(0, x.length)
            .parallel()
            .mapToDouble(i -> error(promise, x[i], y[i], actual[i]))
            .toArray();
    Worst worst = new Worst();
    for (int i = 0; i < x.length; i++) {
      worst.see(errors[i], x[i], y[i], reference(promise, x[i], y[i]), actual[i]);
    }
    worst.check(promise, DType.F64, BACKENDS.getFirst().target());
  }

  private static double[] compiled(
      CpuBackend backend, MathAccuracy promise, DType type, double[] x, double[] y) {
    GraphBuilder builder = new GraphBuilder("m");
    Map<String, double[]> inputs = new LinkedHashMap<>();
    List<Value> operands = new ArrayList<>();
    for (String name : promise.function().operandNames()) {
      TensorType tensor = TensorType.of(type, x.length);
      operands.add(builder.parameter(name, tensor, Role.INPUT, Span.NONE));
      inputs.put(name, name.equals("x") ? x : y);
    }
    builder.result("r", builder.emit(promise.function(), Span.NONE, operands));
    Graph graph = builder.build();
    return CompiledGraphs.run(backend, graph, inputs).get("r");
  }

  private static double[] singles() {
    DoubleStream spread =
        IntStream.range(0, (int) ((1L << 32) / STRIDE))
            .mapToDouble(i -> Float.intBitsToFloat(i * STRIDE));
    DoubleStream dense = new SplittableRandom(1).doubles(DENSE, -20, 20).map(x -> (float) x);
    DoubleStream landmarks =
        DoubleStream.of(LANDMARKS)
            .flatMap(x -> DoubleStream.of(x, -x))
            .flatMap(
                x -> {
                  float near = (float) x;
                  return DoubleStream.of(Math.nextDown(near), near, Math.nextUp(near));
                });
    return Stream.of(spread, dense, landmarks).flatMapToDouble(each -> each).toArray();
  }

  /** Of magnitudes that all functions have values for, with landmarks. */
  private static double[] doubles() {
    SplittableRandom random = new SplittableRandom(2);
    DoubleStream spread =
        random
            .doubles(DOUBLES, -60, 60)
            .map(power -> Math.pow(2, power) * (random.nextBoolean() ? 1 : -1));
    DoubleStream dense = random.doubles(DOUBLES, -20, 20);
    DoubleStream landmarks = DoubleStream.of(LANDMARKS).filter(x -> !(x > 0x1p60 && x < 1e300));
    return Stream.of(spread, dense, landmarks).flatMapToDouble(each -> each).toArray();
  }

  private static double[] shuffled(double[] x) {
    SplittableRandom random = new SplittableRandom(3);
    return IntStream.range(0, x.length).mapToDouble(_ -> x[random.nextInt(x.length)]).toArray();
  }

  /** In f64, to one or two of its ULP. */
  private static double reference(MathAccuracy promise, double x, double y) {
    return switch (promise) {
      case EXP -> StrictMath.exp(x);
      case EXPM1 -> StrictMath.expm1(x);
      case LOG -> StrictMath.log(x);
      case LOG1P -> StrictMath.log1p(x);
      case SIN -> StrictMath.sin(x);
      case COS -> StrictMath.cos(x);
      case TANH -> StrictMath.tanh(x);
      case SIGMOID -> 1 / (1 + StrictMath.exp(-x));
      case ERF -> UnaryFn.ERF.of(x);
      case SQRT -> StrictMath.sqrt(x);
      case RSQRT -> 1 / StrictMath.sqrt(x);
      case POW -> x == 1 || y == 0 ? 1 : StrictMath.pow(x, y);
    };
  }

  /** In ULP of f64; where the value is special or underflows, that of the f64 reference counts. */
  private static double error(MathAccuracy promise, double x, double y, double actual) {
    double special = reference(promise, x, y);
    boolean regular =
        Double.isFinite(x)
            && Double.isFinite(y)
            && Math.abs(special) > 1e-300
            && Math.abs(special) < 1e300;
    if (!regular || (promise == MathAccuracy.POW && x < 0)) {
      boolean same = special == actual || Double.isNaN(special) && Double.isNaN(actual);
      boolean flushed = actual == 0 && Math.abs(special) < Double.MIN_NORMAL;
      return same || flushed || Math.abs(special - actual) <= 1e-15 * Math.abs(special)
          ? 0
          : 1 / 0.0;
    }
    BigDecimal exact = precise(promise, new BigDecimal(x), new BigDecimal(y));
    BigDecimal difference = exact.subtract(new BigDecimal(actual), MathContext.DECIMAL128).abs();
    return difference.doubleValue() / Math.ulp(exact.doubleValue());
  }

  private static BigDecimal precise(MathAccuracy promise, BigDecimal x, BigDecimal y) {
    return switch (promise) {
      case EXP -> PreciseMath.exp(x);
      case EXPM1 -> PreciseMath.expm1(x);
      case LOG -> PreciseMath.log(x);
      case LOG1P -> PreciseMath.log1p(x);
      case SIN -> PreciseMath.sin(x);
      case COS -> PreciseMath.cos(x);
      case TANH -> PreciseMath.tanh(x);
      case SIGMOID -> PreciseMath.sigmoid(x);
      case ERF -> PreciseMath.erf(x);
      case SQRT -> PreciseMath.sqrt(x);
      case RSQRT -> PreciseMath.rsqrt(x);
      case POW -> PreciseMath.pow(x, y);
    };
  }

  private static boolean isSubnormal(double x) {
    return x != 0 && Math.abs(x) < Float.MIN_NORMAL;
  }

  private static double flush(double x) {
    return isSubnormal(x) ? Math.copySign(0, x) : x;
  }

  /** In ULP of f32; infinity counts as 2^128, and a subnormal result may be flushed to 0. */
  private static double ulps(double exact, double actual) {
    if (Double.isNaN(exact) || Double.isNaN(actual)) {
      return Double.isNaN(exact) && Double.isNaN(actual) ? 0 : Double.POSITIVE_INFINITY;
    }
    if (actual == 0 && Math.abs(exact) < Float.MIN_NORMAL * (1 + 0x1p-22)) {
      return 0;
    }
    double limit = 0x1p128;
    double clamped = Math.clamp(exact, -limit, limit);
    int exponent = Math.clamp(Math.getExponent(clamped), Float.MIN_EXPONENT, Float.MAX_EXPONENT);
    double difference = Math.abs(clamped - Math.clamp(actual, -limit, limit));
    return difference / Math.scalb(1.0, exponent - 23);
  }

  /** The greatest error so far and where it is. */
  private static final class Worst {

    private double error = -1;
    private String place = "nowhere";

    void see(double newError, double x, double y, double exact, double actual) {
      if (newError > error) {
        error = newError;
        place = "x = %s, y = %s: found %s, exact is %s".formatted(x, y, actual, exact);
      }
    }

    void check(MathAccuracy promise, DType type, Target target) {
      assertThat(error)
          .as("ULP of %s on %s, %s; %s", promise, type, target.cpu(), place)
          .isBetween(0.0, promise.ulps(type));
    }
  }
}
