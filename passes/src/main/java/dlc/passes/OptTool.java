// SPDX-License-Identifier: Apache-2.0
package dlc.passes;

import dlc.base.Code;
import dlc.base.NearestName;
import dlc.base.SourceFile;
import dlc.base.UserError;
import dlc.ir.Graph;
import dlc.ir.interp.InterpTool;
import dlc.ir.kernel.KernelPrinter;
import dlc.ir.kernel.KernelProgram;
import dlc.ir.kernel.Target;
import dlc.ir.op.Gradient;
import dlc.ir.text.GraphParser;
import dlc.ir.text.GraphPrinter;
import dlc.ir.text.KernelVerifier;
import dlc.ir.text.Verifier;
import dlc.passes.lower.LowerToKernels;
import dlc.passes.lower.LoweredGraph;
import dlc.passes.lower.PlanMemory;
import dlc.passes.schedule.Schedule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The commands on IR text: {@code dlc opt}, {@code dlc reduce} and {@code dlc interp}.
 *
 * <pre>
 * opt --passes=differentiate,simplify [--emit=ir|kernel] [--cpu=NAME] [--print-after=ID|all]
 *     [--remarks]
 * reduce --passes=simplify [--emit=ir|kernel]
 * interp [--seed=N] [x=1,2.5,3 ...]      parameters that are not given are random
 * </pre>
 */
public final class OptTool {

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
      case "reduce" -> tool.reduce(graphs, options);
      case "interp" -> tool.output.append(InterpTool.run(graphs, options));
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
    Optional<Target> target = Optional.empty();
    RemarkObserver remarks = new RemarkObserver();
    Pipeline.Observer observer = new VerifyingObserver();
    for (String option : options) {
      int end = option.indexOf('=') + 1;
      String value = option.substring(end);
      switch (end == 0 ? option : option.substring(0, end)) {
        case "--passes=" -> passes = passes(value);
        case "--emit=" -> emit = value;
        case "--cpu=" ->
            target =
                Optional.of(
                    Target.named(value)
                        .orElseThrow(() -> badOption("no schedule is known for '%s'", value)));
        case "--remarks" -> observer = observer.and(remarks);
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
      case "kernel" -> output.append(kernels(changed, target, observer));
      default -> throw badOption("--emit takes ir or kernel, not '%s'", emit);
    }
    remarks.text().lines().forEach(line -> output.append("// ").append(line).append('\n'));
  }

  private void reduce(List<Graph> graphs, List<String> options) {
    String ids = "";
    boolean isLowered = false;
    for (String option : options) {
      switch (option) {
        case "--emit=kernel" -> isLowered = true;
        case "--emit=ir" -> isLowered = false;
        default -> {
          if (!option.startsWith("--passes=")) {
            throw badOption("reduce has no option '%s'", option);
          }
          ids = option.substring("--passes=".length());
        }
      }
    }
    output.append(new ReduceTool(ids, isLowered).run(graphs));
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

  /** The plain kernels, or those scheduled for {@code target}. */
  private static String kernels(
      List<Graph> graphs, Optional<Target> target, Pipeline.Observer observer) {
    graphs.forEach(OptTool::requireNoGradient);
    List<LoweredGraph> lowered =
        graphs.stream()
            .map(LowerToKernels::run)
            .map(graph -> target.map(each -> Schedule.run(graph, each)).orElse(graph))
            .toList();
    lowered.forEach(graph -> observer.remarked(graph.remarks()));
    KernelProgram program = PlanMemory.run("model", lowered);
    KernelVerifier.verify(program);
    return KernelPrinter.print(program);
  }

  private static void requireNoGradient(Graph graph) {
    if (graph.values().stream().anyMatch(value -> value.op() instanceof Gradient)) {
      throw badOption("@%s holds gradients and cannot be lowered", graph.name())
          .help("add --passes=differentiate");
    }
  }
}
