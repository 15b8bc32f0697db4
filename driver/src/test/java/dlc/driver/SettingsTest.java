// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dlc.base.SourceFile;
import dlc.driver.parity.InterpreterMachine;
import dlc.driver.parity.Machine;
import dlc.driver.parity.Machine.Loaded;
import dlc.frontend.FrontEnd;
import dlc.frontend.Imports;
import dlc.frontend.ProgramOptions;
import dlc.ir.Program;
import dlc.runtime.train.FinalReport;
import dlc.runtime.train.Metric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Settings and arguments of optimizers that a program gives reach training. */
final class SettingsTest {

  private static final String MODEL =
      "model Points(point: f32[2]) -> f32[3] { linear(4) tanh linear(3) }\n";

  private static final String USUAL =
      """
      data spirals(classes=3, count=100)
      loss cross_entropy
      optimizer sgd(lr=0.1)
      batch 16
      epochs 3
      seed 1
      """;

  private static final Map<String, Double> KNOWN = new HashMap<>();

  @TempDir private static Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "data spirals(classes=3, count=100, noise=0.3)",
        "split validation=0.3",
        "split validation=20, stratified=true",
        "normalize mean=[0.5], std=[2.0]",
        "normalize auto",
        "augment mixup(0.2)",
        "loss cross_entropy(weight=\"balanced\")",
        "batch 20",
        "epochs 2",
        "steps 7",
        "seed 2",
        "accumulate 2",
        "precision bf16",
        "precision f16",
        "precision f64",
        "ema decay=0.9",
        "stop patience=1, min_delta=10, restore=true",
        "schedule warmup(steps=5), step(1, gamma=0.5)",
        "optimizer sgd(lr=0.05)"
      })
  void aSettingChangesWhatIsLearned(String settings) throws IOException {
    assertThat(loss(with(settings))).isNotEqualTo(loss(USUAL));
  }

  @Test
  void aLastBatchThatIsSmallerIsDroppedWhereItIsTold() throws IOException {
    assertThat(loss(with("batch 30\ndrop_last=true"))).isNotEqualTo(loss(with("batch 30")));
  }

  /** How the use of an optimizer begins, and arguments that change what it learns. */
  static Stream<String> optimizers() {
    return Stream.of(
            "sgd(lr=0.1, |momentum=0.5, weight_decay=0.1",
            "sgd(lr=0.1, momentum=0.5, |dampening=0.5, nesterov=true",
            "adam(|beta1=0.5, beta2=0.9, eps=0.1, weight_decay=0.1",
            "adam(beta2=0.1, |amsgrad=true",
            "adamw(|beta1=0.5, beta2=0.9, eps=0.1, weight_decay=0.1",
            "adamw(beta2=0.1, |amsgrad=true",
            "rmsprop(|alpha=0.9, eps=0.1, weight_decay=0.1, momentum=0.5, centered=true",
            "adagrad(|lr_decay=0.1, weight_decay=0.1, initial_accumulator=0.1, eps=0.1",
            "adadelta(|rho=0.5, eps=0.1, weight_decay=0.1",
            "nadam(|beta1=0.5, beta2=0.9, eps=0.1, weight_decay=0.1, momentum_decay=0.1",
            "lamb(|beta1=0.5, beta2=0.9, eps=0.1, weight_decay=0.1",
            "lion(|beta1=0.5, beta2=0.9, weight_decay=0.1")
        .flatMap(
            row -> {
              String start = row.substring(0, row.indexOf('|') + 1);
              return Arrays.stream(row.substring(start.length()).split(", ")).map(start::concat);
            });
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void anArgumentChangesWhatAnOptimizerLearns(String use) {
    String plain = use.replaceFirst("(, )?\\|.*", "");
    assertThat(learned(use.replace("|", "") + ")")).isNotEqualTo(learned(plain + ")"));
  }

  /** A weight after some steps on the interpreter. */
  private static double[] learned(String optimizer) {
    String text =
        MODEL + "train Points { data random loss cross_entropy optimizer " + optimizer + " }";
    Program program =
        FrontEnd.check(new SourceFile("m.dl", text), Imports.none(), Map.of())
            .model(Optional.empty())
            .program(ProgramOptions.of(4));
    Map<String, double[]> inputs = new HashMap<>();
    inputs.put("target", new double[] {0, 1, 2, 1});
    inputs.put("lr", new double[] {0.1});
    inputs.put("seed", new double[] {5});
    try (Machine machine = new InterpreterMachine();
        Loaded loaded = machine.load(program, List.of("init", "train_step"))) {
      loaded.run("init", inputs);
      for (int step = 1; step <= 4; step++) {
        int now = step;
        inputs.put("point", IntStream.range(0, 8).mapToDouble(i -> Math.sin(i * now)).toArray());
        inputs.put("step", new double[] {step});
        loaded.run("train_step", inputs);
      }
      return loaded.state("linear_0.weight");
    }
  }

  /** The usual settings, with those of {@code changed} in the place of the ones they name. */
  private static String with(String changed) {
    String name = changed.replaceAll("\\W.*", "");
    return USUAL
            .lines()
            .filter(line -> !line.startsWith(name + " "))
            .collect(Collectors.joining("\n"))
        + "\n"
        + changed;
  }

  /** The loss on the test data after training. */
  private static double loss(String settings) throws IOException {
    if (!KNOWN.containsKey(settings)) {
      KNOWN.put(settings, train(MODEL, settings).test().orElseThrow().loss());
    }
    return KNOWN.get(settings);
  }

  private static FinalReport train(String model, String settings) throws IOException {
    String name = model.replaceFirst("model (\\w+)(?s:.*)", "$1");
    Path program = folder.resolve("m.dl");
    Files.writeString(program, "%s train %s {\n%s\n}\n".formatted(model, name, settings));
    try (Dlc dlc = Dlc.compile(program, RunOptions.usual().withThreads(1), Map.of())) {
      return dlc.train();
    }
  }

  @Test
  void metricsAreThoseOfTheTask() throws IOException {
    assertThat(measured(MODEL, USUAL + "metrics top5, precision, recall, f1, confusion_matrix"))
        .containsExactly(Metric.ACCURACY, Metric.TOP5, Metric.PRECISION, Metric.RECALL, Metric.F1);
    Files.writeString(
        folder.resolve("t.csv"),
        "a,b\n" + "1,2\n2,4\n3,5\n4,9\n5,9\n6,13\n7,14\n8,15\n9,19\n10,20\n");
    assertThat(
            measured(
                "model M(x: f32[1]) -> f32[1] { linear(1) }",
                "data csv(\"t.csv\", label=\"b\", task=\"regression\") loss mse optimizer sgd(lr=0.01)"
                    + " batch 4 metrics mae, rmse, r2"))
        .containsExactly(Metric.MAE, Metric.RMSE, Metric.R2);
    Files.writeString(folder.resolve("t.txt"), "abc".repeat(200));
    assertThat(
            measured(
                "model M(text: i32[8]) -> f32[8, 3] { embedding(3, 4) linear(3) }",
                "data text(\"t.txt\", context=8) loss cross_entropy optimizer adam metrics perplexity"))
        .contains(Metric.PERPLEXITY);
  }

  private static List<Metric> measured(String model, String settings) throws IOException {
    return List.copyOf(
        new TreeMap<>(train(model, settings).test().orElseThrow().metrics()).keySet());
  }
}
