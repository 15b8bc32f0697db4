// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dlc.base.SourceFile;
import dlc.driver.LibraryCases.Case;
import dlc.driver.parity.CpuMachine;
import dlc.driver.parity.Machine;
import dlc.frontend.CheckedModel;
import dlc.frontend.FrontEnd;
import dlc.frontend.Imports;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Models drawn from the whole library take the same step compiled as interpreted. */
final class RandomModelsTest {

  private static final int COUNT = 6;
  private static final List<String> ENTRIES = List.of("init", "predict", "train_step");

  /** Rounding grows through a chain of normalisations. */
  private static final double TOLERANCE = 1e-3;

  @Test
  void trainingStepsAgree() {
    List<Case> cases = LibraryCases.all();
    try (Machine cpu = new CpuMachine(1)) {
      for (long seed = 0; seed < COUNT; seed++) {
        String text = RandomModels.make(cases, seed);
        CheckedModel model =
            FrontEnd.check(new SourceFile("seed " + seed, text), Imports.none(), Map.of())
                .model(Optional.empty());
        assertThat(BackendComparison.of(model, "sum(sin(output))", ENTRIES, cpu, TOLERANCE))
            .as("seed %d\n%s", seed, text)
            .isEmpty();
      }
    }
  }
}
