// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dlc.runtime.file.ElementType;
import dlc.runtime.file.NumberArray;
import dlc.runtime.file.SafeTensors;
import dlc.runtime.train.FinalReport;
import dlc.runtime.train.Metric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
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
}
