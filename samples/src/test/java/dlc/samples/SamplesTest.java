// SPDX-License-Identifier: Apache-2.0
package dlc.samples;

import static org.assertj.core.api.Assertions.assertThat;

import dlc.driver.Check;
import dlc.driver.Dlc;
import dlc.driver.ModelFile;
import dlc.frontend.CheckedModel;
import dlc.runtime.train.Figures;
import dlc.runtime.train.Metric;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What the samples promise. */
final class SamplesTest {

  private static final Path FOLDER =
      Files.exists(Path.of("digits.dl")) ? Path.of("") : Path.of("samples");

  static List<Path> programs() {
    try (Stream<Path> files = Files.list(FOLDER.toAbsolutePath())) {
      return files.filter(file -> file.toString().endsWith(".dl")).sorted().toList();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  @ParameterizedTest
  @MethodSource("programs")
  void everySampleIsFreeOfErrorsAndTrained(Path program) {
    for (CheckedModel model : ModelFile.load(program, Map.of()).checked().models()) {
      assertThat(model.train()).as(model.name()).isPresent();
      assertThat(Check.of(model, 3).peakBytes()).isPositive();
    }
  }

  @Test
  void everySampleIsExplained() throws IOException {
    String text = Files.readString(FOLDER.resolve("README.md"));
    assertThat(programs())
        .isNotEmpty()
        .allSatisfy(program -> assertThat(text).contains(program.getFileName().toString()));
  }

  @ParameterizedTest
  @CsvSource({"digits.dl, 0.97", "spirals.dl, 0.97", "custom_layer.dl, 0.95"})
  void samplesWithoutDataLearnWhatTheySay(String program, double accuracy) {
    try (Dlc model = Dlc.compile(FOLDER.resolve(program))) {
      Figures test = model.train().test().orElseThrow();
      assertThat(test.metric(Metric.ACCURACY).orElseThrow()).isGreaterThanOrEqualTo(accuracy);
    }
  }
}
