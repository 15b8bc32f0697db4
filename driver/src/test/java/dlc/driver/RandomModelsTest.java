// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dlc.base.SourceFile;
import dlc.driver.LibraryCases.Case;
import dlc.driver.opencl.OpenClDevices;
import dlc.driver.parity.CpuMachine;
import dlc.driver.parity.Machine;
import dlc.frontend.CheckedModel;
import dlc.frontend.FrontEnd;
import dlc.frontend.Imports;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Models drawn from the whole library take the same step compiled as interpreted. */
final class RandomModelsTest {

  private static final int COUNT = 6;

  /** Their drivers take seconds to build one. */
  private static final int COUNT_ON_DEVICES = 3;

  private static final List<String> ENTRIES = List.of("init", "predict", "train_step");

  /** Rounding grows through a chain of normalisations. */
  private static final double TOLERANCE = 1e-3;

  @Test
  void trainingStepsAgree() {
    try (Machine cpu = new CpuMachine(1)) {
      check(LongStream.range(0, COUNT), cpu);
    }
  }

  /** Others than those of the processor: its schedules are the device's, too. */
  @Test
  void trainingStepsAgreeOnAnOpenClDevice() {
    try (Machine device = OpenClDevices.machine()) {
      check(LongStream.range(COUNT, COUNT + COUNT_ON_DEVICES), device);
    }
  }

  private static void check(LongStream seeds, Machine machine) {
    List<Case> cases = LibraryCases.all();
    seeds.forEach(
        seed -> {
          String text = RandomModels.make(cases, seed);
          CheckedModel model =
              FrontEnd.check(new SourceFile("seed " + seed, text), Imports.none(), Map.of())
                  .model(Optional.empty());
          assertThat(BackendComparison.of(model, "sum(sin(output))", ENTRIES, machine, TOLERANCE))
              .as("seed %d\n%s", seed, text)
              .isEmpty();
        });
  }
}
