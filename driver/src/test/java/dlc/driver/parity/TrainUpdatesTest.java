// SPDX-License-Identifier: Apache-2.0
package dlc.driver.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dlc.base.SourceFile;
import dlc.driver.parity.Machine.Loaded;
import dlc.frontend.FrontEnd;
import dlc.frontend.Imports;
import dlc.frontend.ProgramOptions;
import dlc.ir.Program;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How settings of the train section change what a step does to the weights. */
final class TrainUpdatesTest {

  private static final String MODEL =
      "model M(x: f32[3]) -> f32[2] { a: linear(4) n: batchnorm1d relu b: linear(2) }\n";

  private static final double[] INPUTS =
      IntStream.range(0, 24).mapToDouble(i -> Math.sin(i * 1.7)).toArray();

  private static Program program(int batch, String settings) {
    String text = MODEL + "train M { data random loss mse " + settings + " }";
    return FrontEnd.check(new SourceFile("m.dl", text), Imports.none(), Map.of())
        .model(Optional.empty())
        .program(ProgramOptions.of(batch));
  }

  private static Map<String, double[]> inputs(int from, int samples, int step) {
    Map<String, double[]> inputs = new HashMap<>();
    inputs.put("x", Arrays.copyOfRange(INPUTS, 3 * from, 3 * (from + samples)));
    inputs.put("target", new double[2 * samples]);
    inputs.put("seed", new double[] {5});
    inputs.put("lr", new double[] {0.1});
    inputs.put("step", new double[] {step});
    inputs.put("epoch", new double[] {0});
    inputs.put("epochs", new double[] {10});
    inputs.put("steps_per_epoch", new double[] {1});
    inputs.put("micro_step", new double[] {step});
    return inputs;
  }

  private static Loaded start(Machine machine, Program program, String... entries) {
    Loaded loaded = machine.load(program, List.of(entries));
    loaded.run("init", Map.of("seed", new double[] {5}));
    return loaded;
  }

  @Test
  void accumulatedBatchesAreAsGoodAsOneLargeBatch() {
    String model =
        "model M(x: f32[3]) -> f32[2] { a: linear(4) relu b: linear(2) }\n"
            + "train M { data random loss mse optimizer sgd(lr=0.1, momentum=0.9) clip norm=0.5 ";
    Program parts = check(model + "accumulate 2 }", 4);
    Program whole = check(model + "}", 8);
    try (Machine machine = new CpuMachine(1);
        Loaded summed = start(machine, parts, "init", "accumulate_step", "train_step");
        Loaded large = start(machine, whole, "init", "train_step")) {
      for (int step = 1; step <= 3; step++) {
        summed.run("accumulate_step", inputs(0, 4, step));
        summed.run("train_step", inputs(4, 4, step));
        large.run("train_step", inputs(0, 8, step));
        assertThat(summed.state("a.weight")).containsExactly(large.state("a.weight"), within(1e-6));
      }
      assertThat(summed.state("a.weight/grad_sum")).containsOnly(0);
    }
  }

  private static Program check(String text, int batch) {
    return FrontEnd.check(new SourceFile("m.dl", text), Imports.none(), Map.of())
        .model(Optional.empty())
        .program(ProgramOptions.of(batch));
  }

  @Test
  void clippedGradientsAreWithinTheirBound() {
    Program plain = program(8, "optimizer sgd(lr=0.1)");
    double[] usual = gradient(plain);
    double norm = Math.sqrt(Arrays.stream(usual).map(each -> each * each).sum());
    double bound = 0.5 * norm;
    assertThat(gradient(program(8, "optimizer sgd(lr=0.1) clip norm=" + bound)))
        .containsExactly(Arrays.stream(usual).map(each -> 0.5 * each).toArray(), within(1e-5));
    assertThat(gradient(program(8, "optimizer sgd(lr=0.1) clip norm=" + 2 * norm)))
        .containsExactly(usual, within(1e-5));
    double most = 0.5 * Arrays.stream(usual).map(Math::abs).max().orElseThrow();
    assertThat(gradient(program(8, "optimizer sgd(lr=0.1) clip value=" + most)))
        .containsExactly(
            Arrays.stream(usual).map(each -> Math.clamp(each, -most, most)).toArray(),
            within(1e-5));
  }

  /** What a step subtracts from all weights, without the rate. */
  private static double[] gradient(Program program) {
    List<String> weights =
        List.of("a.weight", "a.bias", "n.weight", "n.bias", "b.weight", "b.bias");
    try (Machine machine = new InterpreterMachine();
        Loaded loaded = start(machine, program, "init", "train_step")) {
      double[] before = all(loaded, weights);
      loaded.run("train_step", inputs(0, 8, 1));
      double[] after = all(loaded, weights);
      return IntStream.range(0, before.length)
          .mapToDouble(i -> (before[i] - after[i]) / 0.1)
          .toArray();
    }
  }

  private static double[] all(Loaded loaded, List<String> weights) {
    return weights.stream().flatMapToDouble(each -> Arrays.stream(loaded.state(each))).toArray();
  }

  @Test
  void averagesBeginWithTheFirstStepAndAreWhatIsEvaluated() {
    Program program = program(8, "optimizer sgd(lr=0.1) ema decay=0.75");
    try (Machine machine = new CpuMachine(1);
        Loaded loaded = start(machine, program, "init", "train_step", "predict")) {
      assertThat(loaded.state("b.bias/ema")).isEqualTo(loaded.state("b.bias"));
      loaded.run("train_step", inputs(0, 8, 1));
      double first = loaded.state("b.bias")[0];
      assertThat(loaded.state("b.bias/ema")[0]).isEqualTo(first);
      loaded.run("train_step", inputs(0, 8, 2));
      double second = loaded.state("b.bias")[0];
      assertThat(loaded.state("b.bias/ema")[0])
          .isCloseTo(0.75 * first + 0.25 * second, within(1e-7));
      double[] before = loaded.run("predict", inputs(0, 8, 2)).get("output");
      loaded.setState("b.bias", new double[] {7, 7});
      assertThat(loaded.run("predict", inputs(0, 8, 2)).get("output")).isEqualTo(before);
    }
  }

  @Test
  void frozenWeightsStayAndHaveNoGradientWhileTheirBuffersGoOn() {
    Program program = program(8, "optimizer sgd(lr=0.1, weight_decay=0.1) freeze(\"a\", \"n*\")");
    assertThat(program.entry("train_step").orElseThrow().results().keySet())
        .contains("b.weight", "n.running_mean")
        .doesNotContain("a.weight", "a.bias", "n.weight");
    assertThat(program.entry("gradients").orElseThrow().results().keySet())
        .contains("grad.b.weight")
        .doesNotContain("grad.a.weight");
    try (Machine machine = new CpuMachine(1);
        Loaded loaded = start(machine, program, "init", "train_step")) {
      double[] weight = loaded.state("a.weight");
      double[] other = loaded.state("b.weight");
      double[] mean = loaded.state("n.running_mean");
      loaded.run("train_step", inputs(0, 8, 1));
      assertThat(loaded.state("a.weight")).isEqualTo(weight);
      assertThat(loaded.state("b.weight")).isNotEqualTo(other);
      assertThat(loaded.state("n.running_mean")).isNotEqualTo(mean);
    }
  }

  @Test
  void groupsHaveArgumentsOfTheirOwn() {
    Program plain = program(8, "optimizer sgd(lr=0.1)");
    Program grouped =
        program(
            8,
            "optimizer sgd(lr=0.1, weight_decay=0.5) no_decay \"*.bias\", \"n*\""
                + " group \"b\", lr=0.2, weight_decay=0.0");
    try (Machine machine = new CpuMachine(1);
        Loaded usual = start(machine, plain, "init", "train_step");
        Loaded own = start(machine, grouped, "init", "train_step")) {
      double[] start = usual.state("b.weight");
      double decayed = usual.state("a.weight")[0];
      usual.run("train_step", inputs(0, 8, 1));
      own.run("train_step", inputs(0, 8, 1));
      assertThat(own.state("a.bias")).isEqualTo(usual.state("a.bias"));
      assertThat(own.state("n.weight")).isEqualTo(usual.state("n.weight"));
      assertThat(own.state("a.weight")[0])
          .isCloseTo(usual.state("a.weight")[0] - 0.1 * 0.5 * decayed, within(1e-6));
      double step = usual.state("b.weight")[0] - start[0];
      assertThat(own.state("b.weight")[0]).isCloseTo(start[0] + 2 * step, within(1e-6));
    }
  }

  @Test
  void weightsOfGroupsThatDoNotDecayKeepThat() {
    Program plain = program(8, "optimizer sgd(lr=0.1) group \"b\", lr=0.2");
    Program grouped =
        program(8, "optimizer sgd(lr=0.1, weight_decay=0.5) no_decay \"b\" group \"b\", lr=0.2");
    try (Machine machine = new CpuMachine(1);
        Loaded usual = start(machine, plain, "init", "train_step");
        Loaded own = start(machine, grouped, "init", "train_step")) {
      usual.run("train_step", inputs(0, 8, 1));
      own.run("train_step", inputs(0, 8, 1));
      assertThat(own.state("b.bias")).isEqualTo(usual.state("b.bias"));
    }
  }

  @Test
  void theMomentumInForceIsTheSchedules() {
    Program program = program(8, "optimizer adam schedule onecycle(max=0.1)");
    try (Machine machine = new CpuMachine(1);
        Loaded loaded = start(machine, program, "init", "train_step")) {
      Results first = loaded.run("train_step", inputs(0, 8, 1));
      assertThat(first.get("momentum")[0]).isCloseTo(0.95, within(1e-12));
      double[] average = loaded.state("b.bias/exp_avg");
      Results second = loaded.run("train_step", inputs(0, 8, 3));
      double beta = second.get("momentum")[0];
      assertThat(beta).isCloseTo(0.85, within(1e-12));
      double[] gradient = new double[average.length];
      double[] now = loaded.state("b.bias/exp_avg");
      for (int i = 0; i < gradient.length; i++) {
        gradient[i] = (now[i] - beta * average[i]) / (1 - beta);
      }
      // Nearly the gradient of the first step, since the rate was small.
      assertThat(gradient[0]).isCloseTo(average[0] / 0.05, within(0.05));
      assertThat(second.get("lr")[0]).isCloseTo(0.1, within(1e-12));
    }
  }
}
