// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.train;

import dlc.runtime.Executable;
import dlc.runtime.Specializer;
import dlc.runtime.data.Dataset;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** The entry points that train, for each batch size, told where training stands. */
final class TrainSteps {

  private static final String EPOCH_END = "epoch_end";

  private record Key(int batch, boolean isStep) {

    String entry() {
      return isStep ? Step.TRAIN : Step.ACCUMULATE;
    }
  }

  private final Specializer specializer;
  private final TrainSettings settings;
  private final Dataset training;
  private final int stepsInEpoch;
  private final Map<Key, Step> steps = new HashMap<>();

  TrainSteps(Specializer specializer, TrainSettings settings, Dataset training, int stepsInEpoch) {
    this.specializer = specializer;
    this.settings = settings;
    this.training = training;
    this.stepsInEpoch = stepsInEpoch;
  }

  /** The model for some batch size; its state is that of all. */
  Executable executable() {
    return steps.values().stream()
        .findFirst()
        .map(Step::executable)
        .orElseGet(() -> specializer.forBatch(Math.min(settings.batch(), training.size())));
  }

  /**
   * The step for the next batch after {@code position}.
   *
   * @param isStep whether the weights change, or gradients are only summed up
   */
  Step prepared(int batch, boolean isStep, Position position) {
    Step step =
        steps.computeIfAbsent(
            new Key(batch, isStep), key -> load(key, specializer.forBatch(batch)));
    steer(step, position);
    return step;
  }

  /** Tells {@code step} that it runs on the batch after {@code position}. */
  void steer(Step step, Position position) {
    steer(step.steering(), position.step() + 1, position);
    step.steering().set("micro_step", position.batchesInAll() + 1);
  }

  /** The step on {@code samples} that followed {@code position}, to be done once more. */
  Replay replay(int[] samples, boolean isStep, Position position, double rate) {
    Key key = new Key(samples.length, isStep);
    return new Replay(
        key.entry(),
        "step %d (epoch %d)".formatted(position.step() + 1, position.epoch() + 1),
        training,
        Arrays.stream(samples).boxed().toList(),
        rate,
        executable -> {
          Step step = load(key, executable);
          steer(step, position);
          step.run(training, samples, 0);
        });
  }

  private Step load(Key key, Executable executable) {
    return new Step(executable, key.entry(), key.batch, settings.output(), training);
  }

  /** Lets schedules look at the loss after an epoch, where the program has some that do. */
  void endEpoch(Position position, double loss) {
    Executable executable = executable();
    if (executable.has(EPOCH_END)) {
      Steering steering = Steering.of(executable, EPOCH_END);
      steer(steering, position.step(), position);
      steering.set("watched", loss);
      executable.run(EPOCH_END);
    }
  }

  private void steer(Steering steering, long step, Position position) {
    steering.set("seed", settings.seed());
    steering.set("lr", settings.lr());
    steering.set("step", step);
    steering.set("epoch", position.epoch());
    steering.set("epochs", settings.epochs());
    steering.set("steps_per_epoch", stepsInEpoch);
  }
}
