// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.train;

import dlc.base.Code;
import dlc.base.UserError;
import dlc.runtime.Specializer;
import dlc.runtime.data.Dataset;
import dlc.runtime.data.Loaded;
import dlc.runtime.data.RandomStream;
import dlc.runtime.data.RandomStream.Purpose;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Trains a model: runs {@code train_step} over shuffled batches, epoch by epoch, validates after
 * each and tests at the end.
 *
 * <p>The weights must have their first values before. A trainer runs once; it saves nothing, and
 * when it ends with an error the weights are of no use.
 */
public final class Trainer {

  private final TrainSettings settings;
  private final Loaded data;
  private final TrainListener listener;
  private final StopFlag stop;
  private final Specializer specializer;
  private final Evaluator evaluator;
  private final Map<Integer, Step> steps = new HashMap<>();
  private final int stepsInEpoch;
  private final long lastStep;
  private long step;
  private long started;

  public Trainer(
      Specializer specializer,
      TrainSettings settings,
      Loaded data,
      TrainListener listener,
      StopFlag stop) {
    this.specializer = specializer;
    this.settings = settings;
    this.data = data;
    this.listener = listener;
    this.stop = stop;
    this.evaluator = new Evaluator(specializer, settings);
    this.stepsInEpoch = stepsInEpoch();
    settings.task().requireLabels(data.training());
    data.validation().ifPresent(settings.task()::requireLabels);
    data.test().ifPresent(settings.task()::requireLabels);
    this.lastStep =
        Math.min((long) stepsInEpoch * settings.epochs(), settings.steps().orElse(Long.MAX_VALUE));
  }

  /** Trains until all is done or the stop flag is raised, whatever is first. */
  public FinalReport train() {
    started = System.nanoTime();
    Optional<EpochReport> last = Optional.empty();
    for (int epoch = 1; step < lastStep && !stop.isRequested(); epoch++) {
      last = Optional.of(epoch(epoch));
      listener.epochDone(last.get());
    }
    boolean stopped = stop.isRequested();
    Optional<Figures> test = stopped ? Optional.empty() : data.test().map(evaluator::evaluate);
    FinalReport report = new FinalReport(step, stopped, last, test, secondsSince(started));
    listener.finished(report);
    return report;
  }

  private EpochReport epoch(int epoch) {
    long start = System.nanoTime();
    Dataset training = data.training();
    int[] order =
        settings.shuffle()
            ? RandomStream.permutation(Purpose.SHUFFLE, settings.seed(), epoch, training.size())
            : IntStream.range(0, training.size()).toArray();
    Scores scores = new Scores(settings, training);
    int stepsHere = (int) Math.min(stepsInEpoch, lastStep - step);
    listener.epochStarted(epoch, settings.epochs(), stepsHere);
    int done = 0;
    for (int i = 0; i < stepsHere && !stop.isRequested(); i++) {
      int count = Math.min(settings.batch(), training.size() - done);
      double loss = trainOn(order, done, count, epoch, scores);
      done += count;
      listener.batchDone(
          new BatchReport(
              epoch,
              step,
              i + 1,
              stepsHere,
              done,
              loss,
              scores.meanLoss(),
              done / secondsSince(start),
              secondsLeft()));
    }
    double samplesPerSecond = done / secondsSince(start);
    Optional<Figures> validation =
        stop.isRequested() ? Optional.empty() : data.validation().map(evaluator::evaluate);
    return new EpochReport(
        epoch,
        settings.epochs(),
        step,
        settings.lr(),
        scores.figures(),
        validation,
        secondsSince(start),
        samplesPerSecond,
        secondsLeft());
  }

  private double trainOn(int[] order, int start, int count, int epoch, Scores scores) {
    Step current = steps.computeIfAbsent(count, this::step);
    step++;
    current.steer(settings.seed(), step, settings.lr());
    double loss = current.run(data.training(), order, start);
    if (!Double.isFinite(loss)) {
      throw notFinite("the loss is %s at step %d (epoch %d)".formatted(loss, step, epoch));
    }
    if (settings.checkFinite()) {
      Weights.firstNotFinite(current.executable())
          .ifPresent(
              name -> {
                throw notFinite(
                    "'%s' holds a NaN or an infinity after step %d (epoch %d)"
                        .formatted(name, step, epoch));
              });
    }
    scores.add(loss, current.outputs(), data.training(), order, start, count);
    return loss;
  }

  private UserError notFinite(String found) {
    return new UserError(Code.NOT_FINITE, found)
        .help(
            "lower the learning rate (now %s), clip the gradient (clip norm=1.0), normalize the"
                    .formatted(settings.lr())
                + " data, or find the first bad value with --check-finite; nothing was saved");
  }

  private Step step(int batch) {
    return Step.train(specializer.forBatch(batch), batch, settings.output(), data.training());
  }

  private int stepsInEpoch() {
    int samples = data.training().size();
    int full = samples / settings.batch();
    boolean partial = samples % settings.batch() > 0 && !settings.dropLast();
    if (full == 0 && !partial) {
      throw new UserError(
              Code.BAD_SETTING,
              "drop_last",
              "with batch %d and %d samples no batch is left".formatted(settings.batch(), samples))
          .help("lower batch, or leave drop_last out");
    }
    return partial ? full + 1 : full;
  }

  private double secondsLeft() {
    return secondsSince(started) / step * (lastStep - step);
  }

  private static double secondsSince(long start) {
    return Math.max(System.nanoTime() - start, 1) / 1e9;
  }
}
