// SPDX-License-Identifier: Apache-2.0
package dlc.passes;

import dlc.base.Code;
import dlc.base.NearestName;
import dlc.base.SourceFile;
import dlc.base.UserError;
import dlc.ir.Graph;
import dlc.ir.Value;
import dlc.ir.interp.GraphInterpreter;
import dlc.ir.interp.Inputs;
import dlc.ir.kernel.KernelPrinter;
import dlc.ir.kernel.KernelProgram;
import dlc.ir.op.Gradient;
import dlc.ir.op.Leaf;
import dlc.ir.text.GraphParser;
import dlc.ir.text.GraphPrinter;
import dlc.ir.text.KernelVerifier;
import dlc.ir.text.Verifier;
import dlc.passes.lower.LowerToKernels;
import dlc.passes.lower.PlanMemory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The commands on IR text: {@code dlc opt} and {@code dlc interp}.
 *
 * <pre>
 * opt --passes=differentiate,simplify [--emit=ir|kernel] [--print-after=ID|all]
 * interp [--seed=N] [x=1,2.5,3 ...]      parameters that are not given are random
 * </pre>
 */
public final class OptTool {

  /** The interpreter keeps 8 bytes for each element of each value. */
  private static final long MOST_ELEMENTS = 1L << 27;

  private final StringBuilder output = new StringBuilder();

  private OptTool() {}

  /**
   * Runs {@code command}, the words after {@code dlc}, on {@code source} and returns what it
   * prints.
   *
   * @throws dlc.base.CompilationFailed when {@code source} cannot be read
   * @throws UserError when the command makes no sense
   */
  public static String run(List<String> command, SourceFile source) {
    List<Graph> graphs = GraphParser.parse(source);
    graphs.forEach(OptTool::requireSound);
    OptTool tool = new OptTool();
    List<String> options = command.subList(1, command.size());
    switch (command.getFirst()) {
      case "opt" -> tool.opt(graphs, options);
      case "interp" -> tool.interpret(graphs, options);
      default -> throw badOption("'%s' does not read IR text", command.getFirst());
    }
    return tool.output.toString();
  }

  private static UserError badOption(String format, Object... arguments) {
    return new UserError(Code.BAD_OPTION, format.formatted(arguments));
  }

  private static void requireSound(Graph graph) {
    List<String> problems = Verifier.problems(graph);
    if (!problems.isEmpty()) {
      throw new UserError(Code.IR_TEXT, "@" + graph.name() + ": " + String.join("; ", problems));
    }
  }

  private void opt(List<Graph> graphs, List<String> options) {
    List<Pass> passes = List.of();
    String emit = "ir";
    Pipeline.Observer observer = new VerifyingObserver();
    for (String option : options) {
      String value = option.substring(option.indexOf('=') + 1);
      switch (option.substring(0, option.length() - value.length())) {
        case "--passes=" -> passes = passes(value);
        case "--emit=" -> emit = value;
        case "--print-after=" ->
            observer = observer.and(new PrintingObserver(value, output::append));
        default -> throw badOption("opt has no option '%s'", option);
      }
    }
    Pipeline pipeline = new Pipeline(passes, observer);
    List<Graph> changed = graphs.stream().map(pipeline::run).toList();
    switch (emit) {
      case "ir" ->
          output.append(
              changed.stream().map(GraphPrinter::print).collect(Collectors.joining("\n")));
      case "kernel" -> output.append(kernels(changed));
      default -> throw badOption("--emit takes ir or kernel, not '%s'", emit);
    }
  }

  /** The passes called {@code ids}, which commas separate; {@code standard} is all of them. */
  public static List<Pass> passes(String ids) {
    List<Pass> passes = new ArrayList<>();
    for (String id : ids.isEmpty() ? new String[0] : ids.split(",", -1)) {
      if (id.equals("standard")) {
        passes.addAll(Pipelines.standard());
      } else {
        passes.add(Pipelines.named(id).orElseThrow(() -> unknownPass(id)));
      }
    }
    return passes;
  }

  private static UserError unknownPass(String id) {
    String help =
        NearestName.of(id, Pipelines.ids())
            .map("did you mean '%s'?"::formatted)
            .orElse("there are " + String.join(", ", Pipelines.ids()));
    return badOption("no pass is called '%s'", id).help(help);
  }

  private static String kernels(List<Graph> graphs) {
    graphs.forEach(graph -> requireNoGradient(graph, "be lowered"));
    KernelProgram program =
        PlanMemory.run("model", graphs.stream().map(LowerToKernels::run).toList());
    KernelVerifier.verify(program);
    return KernelPrinter.print(program);
  }

  private static void requireNoGradient(Graph graph, String what) {
    if (graph.values().stream().anyMatch(value -> value.op() instanceof Gradient)) {
      throw badOption("@%s holds gradients and cannot %s", graph.name(), what)
          .help("run the pass differentiate first");
    }
  }

  private void interpret(List<Graph> graphs, List<String> options) {
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
      requireNoGradient(graph, "be interpreted");
      long elements = graph.values().stream().mapToLong(value -> value.type().elements()).sum();
      if (elements > MOST_ELEMENTS) {
        throw new UserError(
            Code.OUT_OF_MEMORY, "@%s is too large to interpret".formatted(graph.name()));
      }
      Map<String, double[]> inputs = Inputs.random(graph, seed);
      assignments.forEach(assignment -> assign(assignment, graph, inputs));
      print(graph, GraphInterpreter.run(graph, inputs));
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
              .mapToDouble(OptTool::number)
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

  private void print(Graph graph, Map<String, double[]> results) {
    output.append('@').append(graph.name()).append('\n');
    results.forEach(
        (name, elements) -> {
          Value value = graph.results().get(name);
          String numbers =
              Arrays.stream(elements)
                  .mapToObj(element -> GraphPrinter.number(element, value.type().dtype()))
                  .collect(Collectors.joining(", "));
          output.append("  %s: %s = %s\n".formatted(name, value.type(), numbers));
        });
  }
}
