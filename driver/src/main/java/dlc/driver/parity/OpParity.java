// SPDX-License-Identifier: Apache-2.0
package dlc.driver.parity;

import dlc.base.SourceFile;
import dlc.base.Span;
import dlc.driver.parity.Machine.Loaded;
import dlc.driver.parity.OpTable.Match;
import dlc.driver.parity.OpTable.Mode;
import dlc.frontend.CheckedModel;
import dlc.frontend.FrontEnd;
import dlc.frontend.Imports;
import dlc.frontend.ProgramOptions;
import dlc.frontend.elaborate.Outline;
import dlc.ir.Graph;
import dlc.ir.GraphBuilder;
import dlc.ir.Program;
import dlc.ir.Value;
import dlc.ir.op.Gradient;
import dlc.runtime.file.ElementType;
import dlc.runtime.file.JsonTree;
import dlc.runtime.file.Npy;
import dlc.runtime.file.NumberArray;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Compares single ops with their recorded outputs and gradients, each as a model of its own. */
final class OpParity {

  private static final Pattern GAP = Pattern.compile("\\{(\\w+)}");
  private static final String LABEL = "op.";

  /** Whose gradient is what the case calls upstream. */
  private static final String LOSS = "batch_sum(sum(output * target))";

  private final Path folder;
  private final Machine machine;
  private final ReportBuilder report;

  OpParity(Path folder, Machine machine, ReportBuilder report) {
    this.folder = folder;
    this.machine = machine;
    this.report = report;
  }

  void run(JsonTree ops) {
    ops.members().forEach(this::run);
  }

  private void run(String name, JsonTree op) {
    String expression = op.get("expr").text();
    OpTable.find(expression)
        .ifPresentOrElse(
            match -> report.attempt(name, () -> new Run(name, op, match).run()),
            () -> report.notRun(name, "dl has no " + expression));
  }

  /** One op of the case. */
  private final class Run {

    private final String name;
    private final JsonTree tensors;
    private final Match match;
    private final Map<String, NumberArray> arrays = new LinkedHashMap<>();

    Run(String name, JsonTree op, Match match) {
      this.name = name;
      this.tensors = op.get("tensors");
      this.match = match;
      match
          .arguments()
          .forEach(
              (parameter, argument) -> {
                if (tensors.find(argument).isPresent()) {
                  arrays.put(parameter, array(argument));
                }
              });
    }

    void run() {
      boolean isLoss = match.row().mode() == Mode.LOSS;
      CheckedModel model =
          FrontEnd.check(source(), Imports.none(), Map.of()).model(Optional.empty());
      ProgramOptions options = ProgramOptions.of(batch()).withLoss(isLoss ? filled() : LOSS);
      Map<String, double[]> inputs = new LinkedHashMap<>();
      model.inputs().forEach(input -> inputs.put(input.name(), elements(input.name())));
      inputs.put("target", isLoss ? elements(match.parameter(1)) : array("upstream").toDoubles());
      inputs.put("seed", new double[] {0});
      inputs.put("step", new double[] {1});
      try (Loaded loaded =
          machine.load(program(model.program(options)), List.of("init", "gradients"))) {
        loaded.run("init", Map.of("seed", new double[] {0}));
        for (Outline.Variable variable : model.variables()) {
          String parameter = variable.name().substring(LABEL.length());
          if (arrays.containsKey(parameter)) {
            loaded.setState(variable.name(), elements(parameter));
          }
        }
        compare(loaded.run("gradients", inputs), isLoss);
      }
    }

    /** The array that the call has for {@code parameter}. */
    private NumberArray argument(String parameter) {
      NumberArray array = arrays.get(parameter);
      if (array == null) {
        throw new IllegalStateException(name + " has no array for " + parameter);
      }
      return array;
    }

    private double[] elements(String parameter) {
      return argument(parameter).toDoubles();
    }

    private int batch() {
      return match.row().mode() == Mode.WHOLE ? 1 : argument(match.parameter(0)).dims().getFirst();
    }

    private SourceFile source() {
      boolean isLoss = match.row().mode() == Mode.LOSS;
      String body = isLoss ? "identity" : filled();
      String bare = isLoss ? "" : GAP.matcher(match.row().body()).replaceAll("");
      String inputs =
          arrays.keySet().stream()
              .filter(
                  each ->
                      each.equals(match.parameter(0))
                          || Pattern.compile("\\b" + each + "\\b(?!=)").matcher(bare).find())
              .map(each -> each + ": " + sampleType(argument(each)))
              .collect(Collectors.joining(", "));
      return new SourceFile(name, "model Op(%s) {\n  %s\n}\n".formatted(inputs, body));
    }

    private String sampleType(NumberArray array) {
      List<Integer> dims = array.dims();
      boolean isFloat = array.type() == ElementType.F32 || array.type() == ElementType.F64;
      return (isFloat ? "f32" : "i32")
          + (match.row().mode() == Mode.WHOLE ? dims : dims.subList(1, dims.size()));
    }

    /** The body with its gaps filled. */
    private String filled() {
      return GAP.matcher(match.row().body())
          .replaceAll(gap -> Matcher.quoteReplacement(inDl(gap.group(1))));
    }

    private String inDl(String parameter) {
      NumberArray array = arrays.get(parameter);
      if (array == null) {
        return TorchCall.inDl(Optional.ofNullable(match.arguments().get(parameter)).orElseThrow());
      }
      return match.row().mode() == Mode.LOSS
          ? Arrays.toString(array.toDoubles())
          : array.dims().toString();
    }

    private Program program(Program whole) {
      if (match.row().mode() != Mode.EVAL) {
        return whole;
      }
      Graph eval = whole.entry("eval_step").orElseThrow();
      return new Program(
          whole.name(), List.of(whole.entry("init").orElseThrow(), withGradients(eval)));
    }

    private void compare(Results results, boolean isLoss) {
      double upstream = isLoss ? array("upstream").at(0) : 1;
      compare("output", results.get(isLoss ? "loss" : "output"), 1);
      match
          .arguments()
          .forEach(
              (parameter, argument) -> {
                String theirs = "grad_" + argument;
                if (tensors.find(theirs).isPresent()) {
                  results
                      .find("grad." + parameter)
                      .or(() -> results.find("grad." + LABEL + parameter))
                      .ifPresentOrElse(
                          ours -> compare(theirs, ours, upstream),
                          () -> report.notRun(name + " " + theirs, "dl gives no gradient of it"));
                }
              });
    }

    private void compare(String theirs, double[] ours, double factor) {
      Path exact = file("ref64_" + theirs);
      double[] values = Npy.read(Files.exists(exact) ? exact : file(theirs)).toDoubles();
      double error = tensors.get(theirs).get("torch_f32_error").get("max_abs").number();
      double[] scaled = Arrays.stream(ours).map(each -> each * factor).toArray();
      report.add(Expected.exact(values, error).compare(name, theirs, scaled));
    }

    private NumberArray array(String array) {
      return Npy.read(folder.resolve(tensors.get(array).get("file").text()));
    }

    private Path file(String array) {
      return folder
          .resolve(tensors.get("output").get("file").text())
          .resolveSibling(array + ".npy");
    }
  }

  /** The entry point {@code gradients} for a graph that has a loss only. */
  private static Graph withGradients(Graph graph) {
    Map<String, Value> results = new LinkedHashMap<>(graph.results());
    Value loss = Optional.ofNullable(results.get("loss")).orElseThrow();
    GraphBuilder builder = new GraphBuilder("gradients");
    for (Value parameter : graph.parameters()) {
      if (parameter.type().dtype().isFloat()) {
        results.put(
            "grad." + Graph.declaration(parameter).name(),
            builder.emit(new Gradient(), Span.NONE, loss, parameter));
      }
    }
    return new Graph("gradients", graph.parameters(), results);
  }
}
