// SPDX-License-Identifier: Apache-2.0
package dlc.ir.text;

import dlc.ir.DType;
import dlc.ir.Graph;
import dlc.ir.Program;
import dlc.ir.Value;
import dlc.ir.op.Attributes;
import dlc.ir.op.Leaf;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleFunction;
import java.util.stream.Collectors;

/**
 * Tensor IR as text, such as {@code *.dlir} files hold.
 *
 * <pre>
 * func @mean(%x: f32[2, 3] input) {
 *   %0 = reduce %x fn=sum axes=[0, 1] : f32[]
 *   %1 = constant 6.0 : f32[]
 *   %2 = div %0, %1 : f32[]
 *   return mean=%2
 * }
 * </pre>
 *
 * <p>Parameters have their names, other values numbers in the order of {@link Graph#values()}. A
 * constant is a list of its elements, or one number when all are that number.
 */
public final class GraphPrinter {

  /** People see no more elements of a constant than this. */
  private static final int MOST_ELEMENTS = 16;

  private final boolean complete;
  private final Map<Value, String> names = new HashMap<>();

  private GraphPrinter(boolean complete) {
    this.complete = complete;
  }

  /** The whole graph: {@link GraphParser} reads it back. */
  public static String print(Graph graph) {
    return new GraphPrinter(true).text(graph);
  }

  /** The graph with long constants cut short. */
  public static String printForPeople(Graph graph) {
    return new GraphPrinter(false).text(graph);
  }

  /** All entry points, one after the other. */
  public static String print(Program program) {
    return program.entries().stream().map(GraphPrinter::print).collect(Collectors.joining("\n"));
  }

  private String text(Graph graph) {
    StringBuilder text = new StringBuilder();
    graph.parameters().forEach(parameter -> names.put(parameter, parameterName(parameter)));
    String parameters =
        graph.parameters().stream().map(this::declaration).collect(Collectors.joining(", "));
    text.append("func @%s(%s) {\n".formatted(Quoting.quote(graph.name()), parameters));
    int next = 0;
    for (Value value : graph.values()) {
      if (!names.containsKey(value)) {
        names.put(value, "%" + next++);
        text.append("  ").append(statement(value)).append('\n');
      }
    }
    String results =
        graph.results().entrySet().stream()
            .map(entry -> Quoting.quote(entry.getKey()) + "=" + names.get(entry.getValue()))
            .collect(Collectors.joining(", "));
    return text.append("  return %s".formatted(results).stripTrailing()).append("\n}\n").toString();
  }

  private static String parameterName(Value parameter) {
    return "%" + Quoting.quote(Graph.declaration(parameter).name());
  }

  private String declaration(Value parameter) {
    return "%s: %s %s"
        .formatted(names.get(parameter), parameter.type(), Graph.declaration(parameter).role());
  }

  private String statement(Value value) {
    String operands = value.operands().stream().map(names::get).collect(Collectors.joining(", "));
    String attributes =
        value.op() instanceof Leaf.Constant constant
            ? elements(constant)
            : Attributes.print(value.op());
    return "%s = %s : %s"
        .formatted(
            names.get(value),
            String.join(" ", List.of(value.op().mnemonic(), operands, attributes))
                .strip()
                .replaceFirst("  ", " "),
            value.type());
  }

  private String elements(Leaf.Constant constant) {
    double[] elements = constant.elements();
    DoubleFunction<String> text = number -> number(number, constant.type().dtype());
    long first = Double.doubleToLongBits(elements[0]);
    if (Arrays.stream(elements).allMatch(each -> Double.doubleToLongBits(each) == first)) {
      return text.apply(elements[0]);
    }
    int shown = complete ? elements.length : Math.min(MOST_ELEMENTS, elements.length);
    String rest = shown < elements.length ? ", … %d more".formatted(elements.length - shown) : "";
    return Arrays.stream(elements)
        .limit(shown)
        .mapToObj(text)
        .collect(Collectors.joining(", ", "[", rest + "]"));
  }

  /** {@code value} so that reading it as {@code type} gives it back. */
  public static String number(double value, DType type) {
    if (Double.isNaN(value)) {
      return "nan";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    }
    return switch (type) {
      case F32, BF16, F16 -> Float.toString((float) value);
      case F64 -> Double.toString(value);
      case I32, U8 -> Long.toString((long) value);
      case BOOL -> value != 0 ? "true" : "false";
    };
  }
}
