// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

import dlc.driver.ModelFile;
import dlc.driver.RunOptions;
import dlc.driver.Workbench;
import dlc.driver.profile.Profiler;
import dlc.driver.profile.StepClock;
import dlc.runtime.profile.Profile;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Function;

/** Training steps of a model in dl, kernel by kernel. */
final class ProfiledStep {

  private ProfiledStep() {}

  /** The steps of {@code model} on {@code device}, beside the peak that {@code peak} knows. */
  static Profile of(
      Path model, int batch, int threads, String device, Function<Workbench, Profile.Peak> peak) {
    StepClock clock = new StepClock("train_step");
    RunOptions usual = RunOptions.usual();
    RunOptions options =
        usual
            .withBatch(batch)
            .withThreads(threads)
            .withDevice(device)
            .withCode(usual.code().observedBy(usual.code().observation().timedBy(clock)));
    try (Workbench bench = Workbench.open(ModelFile.load(model, Map.of()), options)) {
      return Profiler.run(bench, clock, OptionalInt.empty(), peak.apply(bench));
    }
  }
}
