// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import dlc.driver.health.FirstNotFinite;
import dlc.driver.health.HealthWatch;
import dlc.frontend.TrainSection;
import dlc.runtime.Executable;
import dlc.runtime.data.Loaded;
import dlc.runtime.train.CheckpointFolder;
import dlc.runtime.train.FinalReport;
import dlc.runtime.train.GradientProbe;
import dlc.runtime.train.ReadAhead;
import dlc.runtime.train.StopFlag;
import dlc.runtime.train.TrainListener;
import dlc.runtime.train.TrainSettings;
import dlc.runtime.train.Trainer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * A training run that is ready to begin: the data are there, and the weights have values.
 *
 * @param preparation how many seconds data, first weights and the compilation of the step took
 */
public record Training(Workbench bench, TrainSettings settings, double preparation) {

  /**
   * Prepares to train.
   *
   * @param start may change the weights, which are as the program and its seed say
   */
  public static Training of(Workbench bench, TrainLimits limits, Consumer<Executable> start) {
    long begun = System.nanoTime();
    // Complains of data and settings before anything else.
    TrainSettings settings = bench.settings(limits);
    try (ReadAhead _ = ReadAhead.beforeTraining(bench.data().training(), settings)) {
      bench.session().init(bench.seed());
      start.accept(bench.state());
      return goingOn(bench, limits, begun);
    }
  }

  /** Prepares to train on with the weights that the bench has. */
  static Training goingOn(Workbench bench, TrainLimits limits) {
    return goingOn(bench, limits, System.nanoTime());
  }

  private static Training goingOn(Workbench bench, TrainLimits limits, long begun) {
    TrainSettings settings = bench.settings(limits);
    // Compiles the step before the clock of the first epoch starts.
    int first = Math.min(settings.batch(), bench.data().training().size());
    Executable model = bench.session().forBatch(first);
    for (String entry : List.of("accumulate_step", "train_step")) {
      if (model.has(entry)) {
        model.slot(entry, "loss");
      }
    }
    return new Training(bench, settings, (System.nanoTime() - begun) / 1e9);
  }

  public Loaded data() {
    return bench.data();
  }

  /** Trains until all is done or {@code stop} is requested; the weights are the bench's. */
  public FinalReport run(TrainListener listener, StopFlag stop) {
    return trainer(listener, stop, Optional.empty()).train();
  }

  /** What trains, and saves to {@code checkpoints} or goes on from them. */
  public Trainer trainer(
      TrainListener listener, StopFlag stop, Optional<CheckpointFolder> checkpoints) {
    HealthWatch watch =
        new HealthWatch(
            bench.session(),
            bench.section(),
            settings,
            data(),
            bench.model().warnings(),
            bench::featureNames,
            listener);
    Trainer trainer =
        new Trainer(bench.session(), settings, data(), listener.and(watch), stop, checkpoints);
    trainer.inspectBy(new FirstNotFinite(bench.session()));
    return trainer;
  }

  /** What looks at the gradients of some batches. */
  public GradientProbe gradients() {
    return new GradientProbe(bench.session().gradients(), settings);
  }

  /** Where the program's checkpoints lie, if in {@code folder}. */
  public CheckpointFolder checkpoints(Path folder, OptionalLong everySteps) {
    TrainSection.Checkpoint how =
        bench.section().checkpoint().orElse(TrainSection.Checkpoint.USUAL);
    return new CheckpointFolder(folder, how.every(), everySteps, how.kept(), how.keepsBest());
  }

  /** Writes the weights as they are now. */
  public void save(Path path) {
    bench.save(path);
  }
}
