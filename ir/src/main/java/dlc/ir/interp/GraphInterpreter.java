// SPDX-License-Identifier: Apache-2.0
package dlc.ir.interp;

import dlc.ir.Graph;
import dlc.ir.TensorType;
import dlc.ir.Value;
import dlc.ir.op.Comprehension;
import dlc.ir.op.Comprehension.Access;
import dlc.ir.op.Computed;
import dlc.ir.op.Gradient;
import dlc.ir.op.Leaf;
import dlc.ir.op.ReduceFn;
import dlc.ir.scalar.Buffer;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.Scalar;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.function.UnaryOperator;

/**
 * Evaluates a graph on numbers, each op by its {@link Comprehension}: the definition of the ops,
 * which passes and backends are tested against.
 *
 * <p>Each element is computed in f64 and then rounded to its type; folds of floats are rounded
 * once, at their end.
 */
public final class GraphInterpreter {

  private final Map<Value, double[]> elements = new HashMap<>();

  private GraphInterpreter() {}

  /**
   * The elements of each result, in row-major order.
   *
   * @param inputs the elements of each parameter, by name
   */
  public static Map<String, double[]> run(Graph graph, Map<String, double[]> inputs) {
    GraphInterpreter interpreter = new GraphInterpreter();
    for (Value value : graph.values()) {
      interpreter.elements.put(value, interpreter.evaluate(value, inputs));
    }
    Map<String, double[]> results = new LinkedHashMap<>();
    graph.results().forEach((name, value) -> results.put(name, interpreter.read(value).clone()));
    return results;
  }

  private double[] evaluate(Value value, Map<String, double[]> inputs) {
    return switch (value.op()) {
      case Leaf.Parameter parameter -> Inputs.of(parameter.name(), parameter.type(), inputs);
      case Leaf.Constant constant -> constant.elements();
      case Gradient _ ->
          throw new IllegalStateException("a gradient has no value before differentiate");
      case Computed _ -> compute(value, value.comprehension());
    };
  }

  private double[] read(Value value) {
    double[] numbers = elements.get(value);
    if (numbers == null) {
      throw new IllegalStateException(value + " is needed before it is computed");
    }
    return numbers;
  }

  private double[] compute(Value value, Comprehension comprehension) {
    Map<String, Memory> memories = new HashMap<>();
    for (int i = 0; i < value.operands().size(); i++) {
      memories.put(operandName(i), Memory.of(read(value.operand(i))));
    }
    Closures closures = new Closures(buffer -> memories.get(buffer.name()));
    DoubleSupplier body = closures.scalar(body(value, comprehension));
    DoubleSupplier element =
        switch (comprehension.fold()) {
          case Comprehension.Fold.None _ -> body;
          case Comprehension.Fold.By(ReduceFn fn) ->
              fold(fn, value.type(), comprehension, body, closures);
          case Comprehension.Fold.Greatest greatest ->
              greatest(greatest, comprehension, body, closures);
        };
    double[] result = new double[Math.toIntExact(value.type().elements())];
    int[] next = {0};
    closures.forEach(
        comprehension.loops(),
        () -> result[next[0]++] = value.type().dtype().round(element.getAsDouble()));
    return result;
  }

  private static String operandName(int index) {
    return "x" + index;
  }

  /** The formula with each argument replaced by the read of the operand. */
  private static Scalar body(Value value, Comprehension comprehension) {
    Scalar[] arguments = new Scalar[value.operands().size()];
    // Later operands first: an access may read its place from a later operand.
    for (int i = arguments.length - 1; i >= 0; i--) {
      Access access = comprehension.accesses().get(i);
      UnaryOperator<Index> filled =
          index -> index.mapDynamic(scalar -> scalar.fill(Arrays.asList(arguments)));
      arguments[i] =
          new Scalar.Load(
              Buffer.global(operandName(i), value.operand(i).type()),
              access.at().stream().map(filled).toList(),
              access.when().map(filled),
              access.otherwise());
    }
    return comprehension.body().fill(Arrays.asList(arguments));
  }

  private static DoubleSupplier fold(
      ReduceFn fn,
      TensorType type,
      Comprehension comprehension,
      DoubleSupplier body,
      Closures closures) {
    boolean integral = !type.dtype().isFloat();
    double[] folded = {0};
    Runnable step =
        integral
            ? () -> folded[0] = type.dtype().round(fn.fn().of(folded[0], body.getAsDouble(), true))
            : () -> folded[0] = fn.fn().of(folded[0], body.getAsDouble(), false);
    return () -> {
      folded[0] = integral ? type.dtype().round(fn.identity()) : fn.identity();
      closures.forEach(comprehension.reduced(), step);
      return folded[0];
    };
  }

  private static DoubleSupplier greatest(
      Comprehension.Fold.Greatest fold,
      Comprehension comprehension,
      DoubleSupplier body,
      Closures closures) {
    DoubleSupplier here = closures.scalar(new Scalar.Position(fold.position()));
    DoubleSupplier otherwise = closures.scalar(fold.otherwise());
    double[] best = {0};
    double[] place = {0};
    return () -> {
      best[0] = Double.NEGATIVE_INFINITY;
      place[0] = otherwise.getAsDouble();
      closures.forEach(
          comprehension.reduced(),
          () -> {
            double found = body.getAsDouble();
            if (found > best[0] || Double.isNaN(found)) {
              best[0] = found;
              place[0] = here.getAsDouble();
            }
          });
      return place[0];
    };
  }
}
