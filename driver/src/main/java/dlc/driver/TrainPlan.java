// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import dlc.runtime.Executable;
import dlc.runtime.train.CheckpointFolder;
import dlc.runtime.train.FinalReport;
import dlc.runtime.train.StopFlag;
import dlc.runtime.train.TrainListener;
import dlc.runtime.train.Trainer;
import dlc.runtime.train.Weights;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * How a Java program wants a model to be trained: as its train section says, but for what is said
 * here.
 *
 * <pre>
 * FinalReport report = model.training().epochs(3).listener(mine).train();
 * </pre>
 */
public final class TrainPlan {

  private final Dlc model;
  private final Workbench bench;
  private OptionalInt epochs = OptionalInt.empty();
  private OptionalLong steps = OptionalLong.empty();
  private OptionalLong everySteps = OptionalLong.empty();
  private boolean checksFinite;
  private boolean resumes;
  private boolean goesOn;
  private TrainListener listener = TrainListener.NONE;
  private StopFlag stop = new StopFlag();
  private Optional<Path> weights = Optional.empty();
  private Optional<Path> checkpoints = Optional.empty();

  TrainPlan(Dlc model, Workbench bench) {
    this.model = model;
    this.bench = bench;
  }

  /** Trains so many epochs. */
  public TrainPlan epochs(int count) {
    epochs = OptionalInt.of(count);
    return this;
  }

  /** Ends after so many steps. */
  public TrainPlan steps(long count) {
    steps = OptionalLong.of(count);
    return this;
  }

  /** Looks through all state after each step; a NaN ends training and names its origin. */
  public TrainPlan checkFinite() {
    checksFinite = true;
    return this;
  }

  /** Begins with the weights in a safetensors file. */
  public TrainPlan from(Path file) {
    weights = Optional.of(file);
    return this;
  }

  /** Begins with the weights that the model has; else it begins with those of the seed. */
  public TrainPlan fromPresentWeights() {
    goesOn = true;
    return this;
  }

  /** Adds one who hears of batches, epochs, notes and warnings, on the thread that trains. */
  public TrainPlan listener(TrainListener next) {
    listener = listener.and(next);
    return this;
  }

  /** Ends training after the step at hand when {@code flag} is raised, by any thread. */
  public TrainPlan stopOn(StopFlag flag) {
    stop = flag;
    return this;
  }

  /** Saves the whole state of training to a folder, as often as the program says. */
  public TrainPlan checkpoints(Path folder) {
    checkpoints = Optional.of(folder);
    return this;
  }

  /** Saves after every so many steps, too. */
  public TrainPlan checkpointEvery(long count) {
    everySteps = OptionalLong.of(count);
    return this;
  }

  /** Goes on from the newest checkpoint of the folder, if there is one. */
  public TrainPlan resume() {
    resumes = true;
    return this;
  }

  /** What trains: ready to begin, with its data read and its step compiled. */
  public Trainer trainer() {
    if (checkpoints.isEmpty() && (resumes || everySteps.isPresent())) {
      throw new IllegalStateException("there is no folder of checkpoints: call checkpoints first");
    }
    TrainLimits limits = new TrainLimits(epochs, steps, checksFinite);
    Training training =
        goesOn ? Training.goingOn(bench, limits) : Training.of(bench, limits, this::begin);
    Optional<CheckpointFolder> folder =
        checkpoints.map(path -> training.checkpoints(path, everySteps));
    folder.ifPresent(CheckpointFolder::prepare);
    Trainer trainer = training.trainer(listener, stop, folder);
    if (resumes) {
      trainer.resume();
    }
    model.weightsAreThere();
    return trainer;
  }

  private void begin(Executable state) {
    weights.ifPresent(file -> Weights.load(state, file));
  }

  /** Trains until all is done or the stop flag is raised. */
  public FinalReport train() {
    return trainer().train();
  }
}
