// SPDX-License-Identifier: Apache-2.0
package dlc.driver.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dlc.base.SourceFile;
import dlc.driver.parity.Machine.Loaded;
import dlc.frontend.CheckedModel;
import dlc.frontend.FrontEnd;
import dlc.frontend.Imports;
import dlc.frontend.ProgramOptions;
import dlc.ir.DType;
import dlc.ir.Program;
import dlc.runtime.file.JsonTree;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** A thousand steps of each optimizer agree with PyTorch's, in f64. */
final class OptimizerBaselineTest {

  private static final double TOLERANCE = 1e-10;

  private static final SourceFile MODEL =
      new SourceFile(
          "baseline.dl",
          """
          model Baseline(x: f32[2]) -> f32[1] {
            l0: linear(3) sigmoid
            l2: linear(1) sigmoid
          }
          """);

  private static final double[] INPUT = {.1, .2, .3, .4, .5, .6};
  private static final int BATCH = 3;

  /** Weights in the order of the samples. */
  private static final List<String> WEIGHTS = List.of("0.weight", "0.bias", "2.weight", "2.bias");

  @TestFactory
  Stream<DynamicTest> followsTheRecordedTrajectory() {
    JsonTree file =
        JsonTree.read(
            ReferenceData.folder("DLC_REFERENCE", "reference")
                .resolve("pytorch/optim_baseline.json"));
    return file.get("optimizers").members().entrySet().stream()
        .filter(each -> !each.getKey().startsWith("LBFGS"))
        .map(
            each ->
                DynamicTest.dynamicTest(
                    each.getKey(), () -> follow(each.getKey(), each.getValue(), file)));
  }

  private static void follow(String name, JsonTree recorded, JsonTree file) {
    String optimizer = inDl(name, recorded.get("options"));
    CheckedModel model = FrontEnd.check(MODEL, Imports.none(), Map.of()).model(Optional.empty());
    Program program =
        model.program(
            ProgramOptions.of(BATCH)
                .withFloatType(DType.F64)
                .withLoss("batch_sum(sum(output))")
                .withOptimizer(optimizer));
    Map<String, double[]> inputs = new HashMap<>();
    inputs.put("x", INPUT);
    inputs.put("seed", new double[] {0});
    inputs.put("lr", new double[] {ModelParity.learningRate(optimizer)});
    int iterations = file.get("iterations").integer();
    int every = file.get("sample_every").integer();
    try (Machine machine = new CpuMachine(1);
        Loaded loaded = machine.load(program, List.of("init", "train_step"))) {
      loaded.run("init", inputs);
      JsonTree start = file.get("initial_exact_recovered_from_SGD_sample0");
      WEIGHTS.forEach(each -> loaded.setState("l" + each, start.get(each).numbers()));
      for (int step = 0; step < iterations; step++) {
        inputs.put("step", new double[] {step + 1});
        loaded.run("train_step", inputs);
        if (step % every == 0) {
          compare(loaded, recorded.get("samples").items().get(step / every), step);
        }
      }
    }
  }

  private static void compare(Loaded loaded, JsonTree sample, int step) {
    for (int i = 0; i < WEIGHTS.size(); i++) {
      double[] expected = sample.items().get(i).numbers();
      assertThat(loaded.state("l" + WEIGHTS.get(i)))
          .as("%s after step %d", WEIGHTS.get(i), step)
          .containsExactly(expected, within(TOLERANCE));
    }
  }

  private static String inDl(String name, JsonTree options) {
    String kind = name.replaceAll("_.*", "").toLowerCase(java.util.Locale.ROOT);
    return options.members().entrySet().stream()
        .map(each -> option(each.getKey(), each.getValue()))
        .collect(Collectors.joining(", ", kind + "(", ")"));
  }

  private static String option(String name, JsonTree value) {
    if (name.equals("betas")) {
      double[] betas = value.numbers();
      return "beta1=%s, beta2=%s".formatted(betas[0], betas[1]);
    }
    return name + "=" + value.literal();
  }
}
