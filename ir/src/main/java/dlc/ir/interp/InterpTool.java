// SPDX-License-Identifier: Apache-2.0
package dlc.ir.interp;

import dlc.base.Code;
import dlc.base.UserError;
import dlc.ir.Graph;
import dlc.ir.op.Gradient;
import dlc.ir.op.Leaf;
import dlc.ir.text.GraphPrinter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The command {@code dlc interp [--seed=N] [x=1,2.5,3 ...]}; what is not given is random. */
public final class InterpTool {

  /** The interpreter keeps 8 bytes for each element of each value. */
  private static final long MOST_ELEMENTS = 1L << 27;

  private InterpTool() {}

  /**
   * Runs each graph and returns its results as text.
   *
   * @throws UserError when the options make no sense
   */
  public static String run(List<Graph> graphs, List<String> options) {
    StringBuilder output = new StringBuilder();
    long seed = 1;
    List<String> assignments = new ArrayList<>();
    for (String option : options) {
      if (option.startsWith("--seed=")) {
        seed = seed(option.substring(option.indexOf('=') + 1));
      } else if (!option.startsWith("-") && option.contains("=")) {
        assignments.add(option);
      } else {
        throw badOption("interp has no option '%s'", option);
      }
    }
    for (Graph graph : graphs) {
      requireNoGradient(graph);
      long elements = graph.values().stream().mapToLong(value -> value.type().elements()).sum();
      if (elements > MOST_ELEMENTS) {
        throw new UserError(
            Code.OUT_OF_MEMORY, "@%s is too large to interpret".formatted(graph.name()));
      }
      Map<String, double[]> inputs = Inputs.random(graph, seed);
      assignments.forEach(assignment -> assign(assignment, graph, inputs));
      output.append(text(graph, GraphInterpreter.run(graph, inputs)));
    }
    return output.toString();
  }

  private static UserError badOption(String format, Object... arguments) {
    return new UserError(Code.BAD_OPTION, format.formatted(arguments));
  }

  private static void requireNoGradient(Graph graph) {
    if (graph.values().stream().anyMatch(value -> value.op() instanceof Gradient)) {
      throw badOption("@%s holds gradients and cannot be interpreted", graph.name())
          .help("run 'dlc opt --passes=differentiate' first");
    }
  }

  private static long seed(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException _) {
      throw badOption("--seed takes an integer, not '%s'", text);
    }
  }

  private static void assign(String assignment, Graph graph, Map<String, double[]> inputs) {
    int sign = assignment.lastIndexOf('=');
    String name = assignment.substring(0, sign);
    Leaf.Parameter parameter =
        graph.parameters().stream()
            .map(Graph::declaration)
            .filter(each -> each.name().equals(name))
            .findFirst()
            .orElseThrow(() -> badOption("@%s has no parameter '%s'", graph.name(), name));
    try {
      double[] numbers =
          Arrays.stream(assignment.substring(sign + 1).split(",", -1))
              .mapToDouble(InterpTool::number)
              .toArray();
      if (numbers.length != parameter.type().elements()) {
        throw badOption("%d elements for %s: %s", numbers.length, name, parameter.type());
      }
      inputs.put(name, numbers);
    } catch (NumberFormatException _) {
      throw badOption("not a list of numbers: '%s'", assignment);
    }
  }

  private static double number(String text) {
    return switch (text) {
      case "nan" -> Double.NaN;
      case "inf" -> Double.POSITIVE_INFINITY;
      case "-inf" -> Double.NEGATIVE_INFINITY;
      default -> Double.parseDouble(text);
    };
  }

  private static String text(Graph graph, Map<String, double[]> results) {
    StringBuilder output = new StringBuilder("@" + graph.name() + "\n");
    graph
        .results()
        .forEach(
            (name, value) -> {
              String numbers =
                  Arrays.stream(results.getOrDefault(name, new double[0]))
                      .mapToObj(element -> GraphPrinter.number(element, value.type().dtype()))
                      .collect(Collectors.joining(", "));
              output.append("  %s: %s = %s\n".formatted(name, value.type(), numbers));
            });
    return output.toString();
  }
}
