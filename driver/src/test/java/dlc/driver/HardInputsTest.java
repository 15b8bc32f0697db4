// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dlc.base.SourceFile;
import dlc.driver.parity.CpuMachine;
import dlc.driver.parity.Machine;
import dlc.driver.parity.Machine.Loaded;
import dlc.frontend.CheckedModel;
import dlc.frontend.FrontEnd;
import dlc.frontend.Imports;
import dlc.frontend.ProgramOptions;
import dlc.ir.Program;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

/** Inputs with a large mean and a small deviation, and noise: what compiled code makes of them. */
final class HardInputsTest {

  private static final int COUNT = 96;
  private static final double EPS = 1e-5;

  /** Mean 100, deviation 0.01, as floats. */
  private static final double[] NARROW = new double[COUNT];

  static {
    Arrays.setAll(NARROW, i -> (float) (100 + 0.01 * Math.sqrt(2) * Math.sin(i * 1.7)));
  }

  @Test
  void normalisationIsNoWorseThanPyTorchWhenTheMeanIsLarge() {
    double worst = worstOfScaleAndShift();
    assertThat(error("x: f32[1]) { batchnorm1d(affine=false) }", COUNT)).isLessThan(worst);
    assertThat(error("x: f32[%d]) { layernorm(affine=false) }".formatted(COUNT), 1))
        .isLessThan(worst);
    assertThat(error("x: f32[2, %d]) { groupnorm(1, affine=false) }".formatted(COUNT / 2), 1))
        .isLessThan(worst);
    assertThat(error("x: f32[1, 8, %d]) { instancenorm2d flatten }".formatted(COUNT / 8), 1))
        .isLessThan(worst);
  }

  /** The error of {@code x * scale + shift} in floats, as PyTorch's kernels normalise. */
  private static double worstOfScaleAndShift() {
    double[] exact = normalized();
    float scale = (float) (1 / Math.sqrt(variance() + EPS));
    float shift = -(float) mean() * scale;
    double worst = 0;
    for (int i = 0; i < COUNT; i++) {
      worst = Math.max(worst, Math.abs((float) NARROW[i] * scale + shift - exact[i]));
    }
    return worst;
  }

  private static double error(String model, int batch) {
    double[] found = run(model, batch, "output_of_training", NARROW);
    double[] exact = normalized();
    double worst = 0;
    for (int i = 0; i < COUNT; i++) {
      worst = Math.max(worst, Math.abs(found[i] - exact[i]));
    }
    return worst;
  }

  @Test
  void theVarianceKeepsItsDigitsWhenTheMeanIsLarge() {
    double[] found =
        run("x: f32[%d]) { it = var(it, correction=0) }".formatted(COUNT), 1, "output", NARROW);
    assertThat(found[0] / variance()).isBetween(1 - 1e-5, 1 + 1e-5);
    double[] crossing = run("x: f32[]) { it = it * 0 + batch_var(it) }", COUNT, "output", NARROW);
    assertThat(crossing[0] / variance()).isBetween(1 - 1e-5, 1 + 1e-5);
  }

  @Test
  void theRunningVarianceKeepsItsDigitsWhenTheMeanIsLarge() {
    double[] found =
        run("x: f32[1]) { bn: batchnorm1d(momentum=1.0) }", COUNT, "bn.running_var", NARROW);
    assertThat(found[0] * (COUNT - 1) / COUNT / variance()).isBetween(1 - 1e-5, 1 + 1e-5);
  }

  @Test
  void dropoutKeepsTheMean() {
    double[] ones = new double[4000];
    Arrays.fill(ones, 1);
    for (String layer :
        List.of("dropout(0.2)", "dropout2d(0.2)", "drop_path(0.2)", "dropout1d(0.2)")) {
      String shape = layer.contains("2d") ? "10, 1, 1" : layer.contains("1d") ? "10, 1" : "10";
      String model = "x: f32[%s]) { %s flatten }".formatted(shape, layer);
      double[] kept = run(model, 400, "output_of_training", ones);
      assertThat(Arrays.stream(kept).distinct().sorted().toArray())
          .as(layer)
          .containsExactly(0, 1.25f);
      assertThat(Arrays.stream(kept).average().orElseThrow()).as(layer).isBetween(0.9, 1.1);
      assertThat(run(model, 400, "output", ones)).as(layer).isEqualTo(ones);
    }
  }

  @Test
  void alphaDropoutKeepsMeanAndVariance() {
    double[] noise = new Random(3).doubles(4000, -Math.sqrt(3), Math.sqrt(3)).toArray();
    double[] found = run("x: f32[10]) { alpha_dropout(0.3) }", 400, "output_of_training", noise);
    double mean = Arrays.stream(found).average().orElseThrow();
    double square = Arrays.stream(found).map(x -> x * x).average().orElseThrow();
    assertThat(mean).isBetween(-0.1, 0.1);
    assertThat(square - mean * mean).isBetween(0.9, 1.1);
  }

  @Test
  void initialValuesHaveTheMomentsOfTheirDistributions() {
    // A weight [40, 30] has fan_in 30 and fan_out 40.
    assertThat(deviation("normal(0, 0.5)")).isBetween(0.47, 0.53);
    assertThat(deviation("uniform(-1, 1)")).isBetween(0.55, 0.61);
    assertThat(deviation("trunc_normal(0.5)")).isBetween(0.47, 0.53);
    assertThat(deviation("xavier_uniform")).isBetween(0.95 * 0.169, 1.05 * 0.169);
    assertThat(deviation("xavier_normal")).isBetween(0.95 * 0.169, 1.05 * 0.169);
    assertThat(deviation("kaiming_uniform")).isBetween(0.95 * 0.1054, 1.05 * 0.1054);
    assertThat(deviation("kaiming_normal")).isBetween(0.95 * 0.258, 1.05 * 0.258);
    assertThat(deviation("uniform_fan(12)")).isBetween(0.95 / 6, 1.05 / 6);
    assertThat(largest("uniform(-1, 1)", Math::abs)).isBetween(0.98, 1.0);
    assertThat(largest("trunc_normal(3.0)", Math::abs)).isBetween(1.9, 2.0);
    assertThat(largest("kaiming_uniform", Math::abs))
        .isBetween(0.98 / Math.sqrt(30), 1.0001 / Math.sqrt(30));
  }

  @Test
  void orthogonalColumnsAreOrthonormal() {
    double[] w = initial("orthogonal(2.0)");
    for (int a = 0; a < 30; a++) {
      for (int b = 0; b < 30; b++) {
        double dot = 0;
        for (int row = 0; row < 40; row++) {
          dot += w[row * 30 + a] * w[row * 30 + b];
        }
        assertThat(dot).isBetween((a == b ? 4 : 0) - 1e-4, (a == b ? 4 : 0) + 1e-4);
      }
    }
  }

  private static double deviation(String initializer) {
    double[] w = initial(initializer);
    return Math.sqrt(Arrays.stream(w).map(x -> x * x).average().orElseThrow());
  }

  private static double largest(String initializer, ToDoubleFunction<Double> size) {
    return Arrays.stream(initial(initializer)).map(size::applyAsDouble).max().orElseThrow();
  }

  private static double[] initial(String initializer) {
    String model = "x: f32[30]) { weight w: f32[40, 30] = %s it = w @ it }".formatted(initializer);
    return run(model, 1, "w", new double[30]);
  }

  private static double mean() {
    return Arrays.stream(NARROW).average().orElseThrow();
  }

  private static double variance() {
    return Arrays.stream(NARROW).map(x -> (x - mean()) * (x - mean())).average().orElseThrow();
  }

  private static double[] normalized() {
    double deviation = Math.sqrt(variance() + EPS);
    return Arrays.stream(NARROW).map(x -> (x - mean()) / deviation).toArray();
  }

  /** A result or state; {@code output_of_training} is the output of a training step. */
  private static double[] run(String model, int batch, String what, double[] x) {
    boolean isPredicted = what.equals("output");
    CheckedModel checked =
        FrontEnd.check(new SourceFile("m.dl", "model M(" + model), Imports.none(), Map.of())
            .model(Optional.empty());
    Program program = checked.program(ProgramOptions.of(batch).withLoss("sum(output)"));
    String entry = isPredicted ? "predict" : "gradients";
    double[] one = {1};
    Map<String, double[]> inputs = Map.of("x", x, "seed", one, "step", one);
    try (Machine machine = new CpuMachine(1);
        Loaded loaded = machine.load(program, List.of("init", entry))) {
      loaded.run("init", inputs);
      var results = loaded.run(entry, inputs);
      return program.states().containsKey(what) ? loaded.state(what) : results.get("output");
    }
  }
}
