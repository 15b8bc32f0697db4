// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlc.base.CompilationFailed;
import dlc.runtime.train.FinalReport;
import dlc.runtime.train.Metric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The library as a Java program uses it. */
final class DlcTest {

  @TempDir private Path folder;
  private Path file = Path.of("");

  @BeforeEach
  void writeProgram() throws IOException {
    file =
        Files.writeString(
            folder.resolve("spirals.dl"),
            """
            param width: int = 16
            model Spirals(point: f32[2]) -> f32[3] { linear(width) tanh linear(width) tanh linear(3) }
            train Spirals {
              data spirals(classes=3, count=1_500) split validation=0.1 loss cross_entropy
              optimizer adam(lr=0.02) batch 32 epochs 10 seed 1
            }
            """);
  }

  @Test
  void trainsSavesAndPredictsTheSameAgain() {
    Path weights = folder.resolve("spirals.safetensors");
    Prediction before;
    try (Dlc model = Dlc.load(file)) {
      FinalReport report = model.train();
      assertThat(report.test().orElseThrow().metric(Metric.ACCURACY).orElseThrow())
          .isGreaterThan(0.9);
      model.save(weights);
      before = model.predict(new float[] {0.1f, 0.2f});
      assertThat(before.probabilities().orElseThrow().stream().mapToDouble(p -> p).sum())
          .isBetween(0.9999, 1.0001);
    }
    try (Dlc model = Dlc.load(file)) {
      model.loadWeights(weights);
      assertThat(model.predict(new float[] {0.1f, 0.2f})).isEqualTo(before);
    }
  }

  @Test
  void paramsAndOptionsOverrideTheProgram() {
    RunOptions options = RunOptions.usual().withBatch(7).withSeed(3).withThreads(1);
    try (Dlc model = Dlc.load(file, options, Map.of("width", "4"))) {
      assertThat(model.model().weightCount()).isEqualTo(12 + 20 + 15);
    }
  }

  @Test
  void aModelWithoutRandomWeightsTrains() throws IOException {
    Path plain =
        Files.writeString(
            folder.resolve("plain.dl"),
            """
            model Plain(x: f32[4]) -> f32[4] { batchnorm1d }
            train Plain { data random loss mse optimizer sgd(lr=0.1) steps 2 }
            """);
    try (Dlc model = Dlc.load(plain)) {
      assertThat(model.train().test()).isPresent();
    }
  }

  @Test
  void saysWhatIsMissing() {
    try (Dlc model = Dlc.load(file)) {
      assertThatThrownBy(() -> model.predict(new float[2])).hasMessageContaining("no weights");
    }
  }

  @Test
  void aWrongProgramIsRefused() throws IOException {
    Path wrong = Files.writeString(folder.resolve("wrong.dl"), "model M(x: f32[2]) { linaer(3) }");
    assertThatThrownBy(() -> Dlc.load(wrong)).isInstanceOf(CompilationFailed.class);
  }
}
