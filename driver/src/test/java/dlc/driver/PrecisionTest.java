// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dlc.runtime.file.ElementType;
import dlc.runtime.file.NumberArray;
import dlc.runtime.file.SafeTensors;
import dlc.runtime.train.FinalReport;
import dlc.runtime.train.Metric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A model learns as well in mixed precision, and its weights are f32. */
final class PrecisionTest {

  private static final String PROGRAM =
      """
      param arithmetic: string = "f32"
      model Digits(image: f32[1, 28, 28]) -> f32[10] {
        conv2d(8, kernel=5, stride=2, padding=2) relu maxpool2d(2)
        flatten linear(32) relu linear(10)
      }
      train Digits {
        data digits(count=4_000) split validation=0.1 loss cross_entropy
        optimizer adam(lr=0.005) batch 32 epochs 3 seed 1 metrics accuracy
        precision arithmetic
      }
      """;

  /** What follows each other in its blocks is computed sample by sample. */
  private static final String RESIDUAL =
      """
      param arithmetic: string = "f32"
      layer block(channels: int, stride: int) {
        let x = it
        conv2d(channels, 3, stride=stride, padding=1, bias=false) batchnorm2d relu
        conv2d(channels, 3, padding=1, bias=false) batchnorm2d
        if stride != 1 {
          it = it + (x -> conv2d(channels, 1, stride=stride, bias=false) -> batchnorm2d)
        } else {
          it = it + x
        }
        relu
      }
      model Residual(image: f32[3, 32, 32]) -> f32[10] {
        conv2d(16, 3, padding=1, bias=false) batchnorm2d relu
        block(32, 2) block(32, 1)
        global_avgpool2d flatten linear(10)
      }
      train Residual {
        data random loss cross_entropy optimizer sgd(lr=0.01) batch 32 steps 1
        precision arithmetic
      }
      """;

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"f32", "bf16", "f16"})
  void learnsAndSavesF32(String precision) throws IOException {
    Path file = Files.writeString(folder.resolve("digits.dl"), PROGRAM);
    try (Dlc model = Dlc.compile(file, RunOptions.usual(), Map.of("arithmetic", precision))) {
      FinalReport report = model.train();
      assertThat(report.test().orElseThrow().metric(Metric.ACCURACY).orElseThrow())
          .isGreaterThan(0.85);
      Path weights = folder.resolve("digits.safetensors");
      model.save(weights);
      assertThat(SafeTensors.read(weights).values())
          .extracting(NumberArray::type)
          .containsOnly(ElementType.F32);
    }
  }

  @Test
  void measuresAResidualNetworkAsF32Does() throws IOException {
    double plain = residualLoss("f32");
    assertThat(residualLoss("bf16")).isCloseTo(plain, within(0.01));
    assertThat(residualLoss("f16")).isCloseTo(plain, within(0.01));
  }

  private double residualLoss(String precision) throws IOException {
    Path file = Files.writeString(folder.resolve("residual.dl"), RESIDUAL);
    try (Dlc model = Dlc.compile(file, RunOptions.usual(), Map.of("arithmetic", precision))) {
      return model.train().test().orElseThrow().loss();
    }
  }
}
