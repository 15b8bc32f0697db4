// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import dlc.runtime.data.Loaded;
import dlc.runtime.train.FinalReport;
import dlc.runtime.train.StopFlag;
import dlc.runtime.train.TrainListener;
import dlc.runtime.train.TrainSettings;
import dlc.runtime.train.Trainer;
import dlc.runtime.train.Weights;
import java.nio.file.Path;
import java.util.Optional;

/** A training run that is ready to begin: the data are there, and the weights have values. */
public record Training(Workbench bench, TrainSettings settings) {

  /**
   * Prepares to train.
   *
   * @param weights where training starts; without it, as the program and its seed say
   */
  public static Training of(Workbench bench, TrainLimits limits, Optional<Path> weights) {
    TrainSettings settings = bench.settings(limits);
    bench.session().init(bench.seed());
    weights.ifPresent(path -> Weights.load(bench.state(), path));
    // Compiles the step before the clock of the first epoch starts.
    int first = Math.min(settings.batch(), bench.data().training().size());
    bench.session().forBatch(first).slot("train_step", "loss");
    return new Training(bench, settings);
  }

  public Loaded data() {
    return bench.data();
  }

  /** Trains until all is done or {@code stop} is requested; the weights are the bench's. */
  public FinalReport run(TrainListener listener, StopFlag stop) {
    return new Trainer(bench.session(), settings, data(), listener, stop).train();
  }

  /** Writes the weights as they are now. */
  public void save(Path path) {
    Weights.save(bench.state(), path);
  }
}
