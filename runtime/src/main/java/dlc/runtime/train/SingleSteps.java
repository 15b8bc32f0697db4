// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.train;

import dlc.runtime.Specializer;
import dlc.runtime.data.Column;
import dlc.runtime.data.Dataset;
import java.util.HashMap;
import java.util.Map;

/**
 * Runs an entry point on samples of the caller's choice, one step at a time, always in the first
 * epoch.
 *
 * <p>It is for those who want to know something of a model; a {@link Trainer} trains it.
 */
public final class SingleSteps {

  private final Specializer specializer;
  private final String entry;
  private final TrainSettings settings;
  private final Dataset data;
  private final Map<Integer, Step> steps = new HashMap<>();

  /**
   * Steps of a model.
   *
   * @param entry an entry point that takes the columns of {@code data} and gives a loss
   */
  public SingleSteps(Specializer specializer, String entry, TrainSettings settings, Dataset data) {
    this.specializer = specializer;
    this.entry = entry;
    this.settings = settings;
    this.data = data;
  }

  /** Steps that change the weights. */
  public static SingleSteps training(
      Specializer specializer, TrainSettings settings, Dataset data) {
    return new SingleSteps(specializer, Step.TRAIN, settings, data);
  }

  /**
   * Does a step and gives its loss.
   *
   * @param step its number, from 1
   * @param rate the learning rate
   */
  public double run(int[] samples, int step, double rate) {
    Step prepared = step(samples.length);
    Steering steering = prepared.steering();
    steering.set("seed", settings.seed());
    steering.set("lr", rate);
    steering.set("step", step);
    steering.set("micro_step", step);
    steering.set("epoch", 0);
    steering.set("epochs", settings.epochs());
    steering.set("steps_per_epoch", Math.max(1, data.size() / settings.batch()));
    return prepared.run(data, samples, 0);
  }

  /** The outputs of the last step on {@code count} samples, a row for each. */
  public Column outputs(int count) {
    return step(count).outputs();
  }

  private Step step(int count) {
    return steps.computeIfAbsent(
        count,
        batch -> new Step(specializer.forBatch(batch), entry, batch, settings.output(), data));
  }
}
