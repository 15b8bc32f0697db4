// SPDX-License-Identifier: Apache-2.0
package dlc.driver.parity;

import dlc.base.SourceFile;
import dlc.driver.parity.Machine.Loaded;
import dlc.frontend.CheckedModel;
import dlc.frontend.FrontEnd;
import dlc.frontend.Imports;
import dlc.frontend.ProgramOptions;
import dlc.frontend.elaborate.Outline;
import dlc.ir.Program;
import dlc.runtime.file.JsonTree;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Compares a model with its recorded case: outputs, loss, gradients and buffers of one batch, then
 * losses, weights and outputs after the steps of each optimizer.
 */
final class ModelParity {

  private static final String OUTPUT = "output";
  private static final String EVAL_OUTPUT = "eval_output";

  private final ModelCase recorded;
  private final Machine machine;
  private final ReportBuilder report;

  ModelParity(ModelCase recorded, Machine machine, ReportBuilder report) {
    this.recorded = recorded;
    this.machine = machine;
    this.report = report;
  }

  void run() {
    report.attempt("the model", this::compare);
  }

  private void compare() {
    CheckedModel model =
        FrontEnd.check(recorded.source(), Imports.files(), Map.of())
            .model(Optional.of(recorded.model()));
    List<String> strangers =
        model.variables().stream()
            .map(Outline.Variable::name)
            .filter(name -> !recorded.names().containsKey(name))
            .toList();
    if (!strangers.isEmpty()) {
      report.notRun("the model", "case.json does not name " + String.join(", ", strangers));
      return;
    }
    try (Loaded plain =
        machine.load(
            model.program(options()), List.of("init", "gradients", "eval_step", "predict"))) {
      compareFirstBatch(model, plain);
      for (ModelCase.Optimizer optimizer : recorded.optimizers()) {
        report.attempt("after5 " + optimizer.name(), () -> compareSteps(model, plain, optimizer));
      }
    }
  }

  private ProgramOptions options() {
    return ProgramOptions.of(recorded.batch());
  }

  private Map<String, double[]> inputs(CheckedModel model, int step, double learningRate) {
    Map<String, double[]> inputs = new HashMap<>();
    inputs.put(model.inputs().getFirst().name(), recorded.x().part(step).toDoubles());
    inputs.put("target", recorded.y().part(step).toDoubles());
    inputs.put("seed", new double[] {0});
    inputs.put("step", new double[] {step + 1});
    inputs.put("lr", new double[] {learningRate});
    return inputs;
  }

  /** Every weight and buffer as at the start, the optimizer's state as the program makes it. */
  private void initialize(Loaded program) {
    program.run("init", Map.of("seed", new double[] {0}));
    recorded.names().forEach((ours, theirs) -> program.setState(ours, recorded.initial(theirs)));
  }

  private void compareFirstBatch(CheckedModel model, Loaded loaded) {
    Map<String, double[]> inputs = inputs(model, 0, 0);
    initialize(loaded);
    compare(EVAL_OUTPUT, "predict", EVAL_OUTPUT, loaded.run("predict", inputs).get(OUTPUT));
    compare(EVAL_OUTPUT, "eval_step", EVAL_OUTPUT, loaded.run("eval_step", inputs).get(OUTPUT));
    Results results = loaded.run("gradients", inputs);
    compare(OUTPUT, OUTPUT, OUTPUT, results.get(OUTPUT));
    compare("loss", "loss", "loss", results.get("loss"));
    String input = model.inputs().getFirst().name();
    results
        .find("grad." + input)
        .ifPresent(gradient -> compare("grad_input", input, "grad_input", gradient));
    for (Outline.Variable variable : model.variables()) {
      String theirs = recorded.theirName(variable.name());
      if (variable.trained()) {
        compareGradient(variable.name(), theirs, results);
      } else {
        compare(
            "buffers",
            variable.name(),
            "buffer_after_forward/" + theirs,
            loaded.state(variable.name()));
      }
    }
    compareNorm(model, results);
  }

  /**
   * Compares a weight's gradient, and the clipped one where the case has it. PyTorch clips in
   * place, so that what the case calls the gradient may be clipped already.
   */
  private void compareGradient(String ours, String theirs, Results results) {
    Optional<double[]> clipped = results.find("grad_clipped." + ours);
    clipped.ifPresent(
        elements -> compare("grad_clipped", ours, "grad_clipped/" + theirs, elements));
    double[] gradient =
        clipped
            .filter(_ -> recorded.isGradientClipped())
            .orElseGet(() -> results.get("grad." + ours));
    compare("grad", ours, "grad/" + theirs, gradient);
  }

  /** Compares with what the manifest has under {@code key}; what it lacks cannot be compared. */
  private void compare(String part, String name, String key, double[] computed) {
    recorded
        .expected(key)
        .ifPresentOrElse(
            expected -> report.add(expected.compare(part, name, computed)),
            () -> report.notRun(part + " " + name, "the case has no record of " + key));
  }

  private void compareNorm(CheckedModel model, Results results) {
    double squares =
        model.variables().stream()
            .filter(Outline.Variable::trained)
            .flatMapToDouble(each -> Arrays.stream(results.get("grad." + each.name())))
            .map(each -> each * each)
            .sum();
    recorded
        .expected("clip_total_norm")
        .ifPresent(
            expected ->
                report.add(expected.compare("clip", "norm", new double[] {Math.sqrt(squares)})));
  }

  private void compareSteps(CheckedModel model, Loaded plain, ModelCase.Optimizer optimizer) {
    String part = "after5 " + optimizer.name();
    double learningRate = learningRate(optimizer.text());
    double[] losses = optimizer.recorded().get("losses_f32").numbers();
    Program program = model.program(options().withOptimizer(optimizer.text()));
    try (Loaded loaded = machine.load(program, List.of("init", "train_step"))) {
      initialize(loaded);
      double[] computed = new double[recorded.steps()];
      for (int step = 0; step < computed.length; step++) {
        Results results = loaded.run("train_step", inputs(model, step, learningRate));
        computed[step] = results.get("loss")[0];
      }
      report.add(Expected.afterSteps(losses).compare(part, "losses", computed));
      compareStates(part, optimizer, loaded);
      recorded.names().keySet().forEach(name -> plain.setState(name, loaded.state(name)));
      double[] output = plain.run("predict", inputs(model, 0, 0)).get(OUTPUT);
      String file = optimizer.recorded().get("eval_output_after5").get("file").text();
      report.add(Expected.afterSteps(recorded.numbers(file)).compare(part, EVAL_OUTPUT, output));
    }
  }

  private void compareStates(String part, ModelCase.Optimizer optimizer, Loaded loaded) {
    double[] all = recorded.numbers(optimizer.recorded().get("after5_file").get("file").text());
    JsonTree tensors = optimizer.recorded().get("tensors");
    recorded
        .names()
        .forEach(
            (ours, theirs) -> {
              JsonTree tensor = tensors.get(theirs);
              int start = tensor.get("offset").integer();
              double[] values = Arrays.copyOfRange(all, start, start + ModelCase.elements(tensor));
              Expected expected =
                  Expected.afterSteps(values)
                      .only(place -> !optimizer.isAdaptive() || !recorded.isNoise(theirs, place));
              report.add(expected.compare(part, ours, loaded.state(ours)));
            });
  }

  /** The rate that an optimizer's text gives, or its default, as a train section would have it. */
  static double learningRate(String optimizer) {
    String text =
        """
        model M(x: f32[1]) { linear(1) }
        train M { data random loss mse optimizer %s }
        """
            .formatted(optimizer);
    return FrontEnd.check(new SourceFile("optimizer", text), Imports.none(), Map.of())
        .model(Optional.empty())
        .train()
        .orElseThrow()
        .learningRate()
        .orElseThrow();
  }
}
