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
import dlc.ir.Graph;
import dlc.ir.Program;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Products on two bytes, with the loss scaled where those are f16. */
final class MixedPrecisionTest {

  private static final SourceFile MODEL =
      new SourceFile(
          "mixed.dl",
          """
          param batches: int = 1
          model Mixed(x: f32[1]) -> f32[1] { fc: linear(1, bias=false, init=ones) }
          train Mixed { data random loss mse optimizer sgd(lr=0.5, momentum=0.9) accumulate batches }
          """);

  private static final String MOMENTUM = "fc.weight/momentum_buffer";

  private static Program program(DType narrow, String loss, int batches) {
    CheckedModel model =
        FrontEnd.check(MODEL, Imports.none(), Map.of("batches", Integer.toString(batches)))
            .model(Optional.empty());
    return model.program(ProgramOptions.of(1).withNarrowType(narrow).withLoss(loss));
  }

  private static void onEachMachine(DType narrow, String loss, Consumer<Loaded> test) {
    onEachMachine(program(narrow, loss, 1), test);
  }

  private static void onEachMachine(Program program, Consumer<Loaded> test) {
    List<String> entries = program.entries().stream().map(Graph::name).toList();
    for (Machine machine : List.of(new InterpreterMachine(), new CpuMachine(1))) {
      try (machine;
          Loaded loaded = machine.load(program, entries)) {
        loaded.run("init", Map.of("seed", new double[] {0}));
        test.accept(loaded);
      }
    }
  }

  private static void step(Loaded loaded, double x) {
    run(loaded, "train_step", x);
  }

  private static void run(Loaded loaded, String entry, double x) {
    loaded.run(
        entry,
        Map.of(
            "x", new double[] {x},
            "seed", new double[] {0},
            "lr", new double[] {0.5},
            "step", new double[] {1},
            "micro_step", new double[] {1}));
  }

  private static double state(Loaded loaded, String name) {
    return loaded.state(name)[0];
  }

  @Test
  void operandsAndResultsOfProductsAreRounded() {
    double third = 1.0 / 3;
    onEachMachine(
        DType.BF16,
        "sum(output)",
        loaded -> {
          loaded.setState("fc.weight", new double[] {third});
          double[] output = loaded.run("predict", Map.of("x", new double[] {third})).get("output");
          double rounded = DType.BF16.round(third);
          assertThat(output).containsExactly(DType.BF16.round(rounded * rounded));
          step(loaded, third);
          assertThat(state(loaded, "fc.weight"))
              .as("the weight itself is f32")
              .isCloseTo(third - 0.5 * rounded, within(1e-7));
        });
  }

  @Test
  void anOverflowSkipsTheUpdateAndHalvesTheScale() {
    onEachMachine(
        DType.F16,
        "sum(output * output)",
        loaded -> {
          loaded.setState(MOMENTUM, new double[] {0.25});
          loaded.setState("scaler/growth_tracker", new double[] {7});
          step(loaded, 200);
          assertThat(state(loaded, "fc.weight")).isEqualTo(1);
          assertThat(state(loaded, MOMENTUM)).isEqualTo(0.25);
          assertThat(state(loaded, "scaler/scale")).isEqualTo(32768);
          assertThat(state(loaded, "scaler/growth_tracker")).isZero();
        });
  }

  @Test
  void goodStepsInARowDoubleTheScale() {
    onEachMachine(
        DType.F16,
        "sum(output) / 2",
        loaded -> {
          step(loaded, 0.25);
          assertThat(state(loaded, "fc.weight")).isEqualTo(1 - 0.5 * 0.125);
          assertThat(state(loaded, "scaler/scale")).isEqualTo(65536);
          assertThat(state(loaded, "scaler/growth_tracker")).isEqualTo(1);
          loaded.setState("scaler/growth_tracker", new double[] {1999});
          step(loaded, 0.25);
          assertThat(state(loaded, "scaler/scale")).isEqualTo(131072);
          assertThat(state(loaded, "scaler/growth_tracker")).isZero();
        });
  }

  @Test
  void anOverflowInAnyBatchOfAStepSkipsIt() {
    onEachMachine(
        program(DType.F16, "sum(output * output)", 2),
        loaded -> {
          run(loaded, "accumulate_step", 200);
          step(loaded, 0.01);
          assertThat(state(loaded, "fc.weight")).isEqualTo(1);
          assertThat(state(loaded, "fc.weight/grad_sum")).isZero();
          assertThat(state(loaded, "scaler/scale")).isEqualTo(32768);
          run(loaded, "accumulate_step", 0.25);
          step(loaded, 0.5);
          double gradient = (2 * 0.25 * 0.25 + 2 * 0.5 * 0.5) / 2;
          assertThat(state(loaded, "fc.weight")).isEqualTo(1 - 0.5 * gradient);
          assertThat(state(loaded, "fc.weight/grad_sum")).isZero();
        });
  }

  @Test
  void gradientsTooSmallForF16Survive() {
    onEachMachine(
        DType.F16,
        "1e-6 * sum(output)",
        loaded -> {
          step(loaded, 0.01);
          assertThat(state(loaded, MOMENTUM)).isCloseTo(1e-8, within(1e-11));
        });
  }
}
