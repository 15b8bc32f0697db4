// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.train;

import dlc.base.UserError;
import dlc.runtime.data.Dataset;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Saves checkpoints during training.
 *
 * <p>When it cannot, training goes on and the last good checkpoint stays; the user is told once,
 * and once more when it can again.
 */
final class Saving {

  private final CheckpointFolder folder;
  private final TrainSteps steps;
  private final TrainListener listener;
  private final Map<String, String> run = new LinkedHashMap<>();
  private Position saved = Position.START;
  private Optional<StateCopy> best = Optional.empty();
  private boolean isFailing;

  Saving(
      CheckpointFolder folder,
      TrainSteps steps,
      TrainSettings settings,
      Dataset training,
      TrainListener listener) {
    this.folder = folder;
    this.steps = steps;
    this.listener = listener;
    run.put("seed", Integer.toString(settings.seed()));
    run.put("batch", Integer.toString(settings.batch()));
    run.put("accumulate", Integer.toString(settings.accumulate()));
    run.put("samples", Integer.toString(training.size()));
  }

  /**
   * The newest checkpoint, with its state put back; one of another model or run is an error.
   *
   * @param scores how many numbers the scores of an epoch are
   */
  Optional<Checkpoint> resume(int scores) {
    Optional<CheckpointFolder.Found> found = folder.newest(listener::noted);
    found.ifPresent(
        each -> {
          String origin = each.path().toString();
          requireSameRun(each.checkpoint(), scores, origin);
          each.checkpoint().restore(steps.executable());
          saved = each.checkpoint().position();
          listener.noted(
              "going on from %s: step %d, epoch %d"
                  .formatted(origin, saved.step(), saved.epoch() + 1));
        });
    if (found.isEmpty()) {
      listener.noted("there is no checkpoint in " + folder.folder() + ", so training begins anew");
    }
    return found.map(CheckpointFolder.Found::checkpoint);
  }

  private void requireSameRun(Checkpoint checkpoint, int scores, String origin) {
    CheckpointDifference difference = new CheckpointDifference();
    difference.compareRuns(checkpoint.run(), run);
    difference.compareStates(checkpoint.states(), steps.executable().states());
    if (!checkpoint.best().isEmpty()) {
      difference.compareStates(checkpoint.best(), steps.executable().states());
    }
    difference.compareScores(checkpoint.scores().length, scores);
    difference.requireNone(origin);
  }

  /** From now on checkpoints carry {@code state}, that of the best epoch, wherever they need it. */
  void carry(StateCopy state) {
    best = Optional.of(state);
  }

  /** Makes room for the checkpoints of a run that begins anew. */
  void begin() {
    folder
        .setAside()
        .ifPresent(
            aside -> listener.noted("the checkpoints of an earlier run are now in " + aside));
  }

  /** Whether {@link #afterBatch} saves. */
  boolean isDue(Position position) {
    return position.step() > saved.step()
        && folder.everySteps().isPresent()
        && position.step() % folder.everySteps().getAsLong() == 0;
  }

  void afterBatch(Position position, Scores scores) {
    if (isDue(position)) {
      save(position, scores, false);
    }
  }

  void afterEpoch(Position position, Scores scores, boolean isBest) {
    if (position.epoch() % folder.everyEpochs() == 0 || (isBest && folder.keepsBest())) {
      save(position, scores, isBest);
    }
  }

  /** Saves where training ends, unless that is where it saved last. */
  void atEnd(Position position, Scores scores) {
    if (position.batchesInAll() > saved.batchesInAll() || position.epoch() > saved.epoch()) {
      save(position, scores, false);
    }
  }

  /** Tells a user who has interrupted training. */
  void noteHowToGoOn() {
    listener.noted(
        "step %d is saved in %s; --resume goes on from it"
            .formatted(saved.step(), folder.folder()));
  }

  private void save(Position position, Scores scores, boolean isBest) {
    Checkpoint plain = Checkpoint.of(steps.executable(), scores.snapshot(), run, position);
    Checkpoint checkpoint =
        best.filter(_ -> !position.isAtBest())
            .map(state -> plain.carrying(state.arrays()))
            .orElse(plain);
    try {
      folder.save(checkpoint, isBest);
      saved = position;
      if (isFailing) {
        listener.noted("step %d could be saved again".formatted(position.step()));
      }
      isFailing = false;
    } catch (UserError failure) {
      if (!isFailing) {
        listener.noted(
            "no checkpoint of step %d: %s; training goes on"
                .formatted(position.step(), failure.getMessage()));
      }
      isFailing = true;
    }
  }
}
