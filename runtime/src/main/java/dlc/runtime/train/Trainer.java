// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.train;

import dlc.base.Code;
import dlc.base.UserError;
import dlc.runtime.Executable;
import dlc.runtime.Specializer;
import dlc.runtime.data.Dataset;
import dlc.runtime.data.Loaded;
import dlc.runtime.train.ReadAhead.Pass;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/**
 * Trains a model: runs {@code train_step} over shuffled batches, epoch by epoch, validates after
 * each and tests at the end.
 *
 * <p>The weights must have their first values before. A trainer runs once; when it ends with an
 * error the weights are of no use, but what it has saved is.
 */
public final class Trainer {

  private final TrainSettings settings;
  private final Loaded data;
  private final TrainListener listener;
  private final StopFlag stop;
  private final Evaluator evaluator;
  private final TrainSteps steps;
  private final Optional<Saving> saving;
  private Optional<GradientProbe> probe = Optional.empty();
  private final int batchesInEpoch;
  private final long lastStep;
  private final Deque<Batch> begun = new ArrayDeque<>();
  private Position position = Position.START;
  private Replay.Inspector inspector = Replay.Inspector.NONE;
  private Optional<StateCopy> before = Optional.empty();
  private Optional<StateCopy> best = Optional.empty();
  private Scores scores;
  private boolean isResuming;
  private boolean isOver;
  private double rate;
  private double lastLoss;
  private long started;
  private long startedAt;

  /** A trainer that saves nothing. */
  public Trainer(
      Specializer specializer,
      TrainSettings settings,
      Loaded data,
      TrainListener listener,
      StopFlag stop) {
    this(specializer, settings, data, listener, stop, Optional.empty());
  }

  /**
   * A trainer that saves to {@code checkpoints}.
   *
   * @param checkpoints nothing where nothing is to be saved
   */
  public Trainer(
      Specializer specializer,
      TrainSettings settings,
      Loaded data,
      TrainListener listener,
      StopFlag stop,
      Optional<CheckpointFolder> checkpoints) {
    this.settings = settings;
    this.data = data;
    this.listener = listener;
    this.stop = stop;
    this.evaluator = new Evaluator(specializer, settings);
    this.batchesInEpoch = batchesInEpoch();
    this.steps = new TrainSteps(specializer, settings, data.training(), stepsInEpoch());
    this.saving =
        checkpoints.map(folder -> new Saving(folder, steps, settings, data.training(), listener));
    this.scores = new Scores(settings, data.training());
    this.rate = settings.lr();
    settings.task().requireLabels(data.training());
    data.validation().ifPresent(settings.task()::requireLabels);
    data.test().ifPresent(settings.task()::requireLabels);
    this.lastStep =
        Math.min(
            (long) stepsInEpoch() * settings.epochs(), settings.steps().orElse(Long.MAX_VALUE));
  }

  /** Has {@code gradients} look at some batches; what is trained stays the same to the bit. */
  public void probe(GradientProbe gradients) {
    probe = Optional.of(gradients);
  }

  /** Lets {@code eye} look at a step that makes a NaN or an infinity, where that is checked. */
  public void inspectBy(Replay.Inspector eye) {
    inspector = eye;
  }

  /** Goes on from the newest whole checkpoint, if there is one. */
  public void resume() {
    isResuming = true;
    saving
        .flatMap(each -> each.resume(scores.snapshot().length))
        .ifPresent(
            checkpoint -> {
              position = checkpoint.position();
              scores.restore(checkpoint.scores());
              isOver = position.waited() > 0 && settings.early().filter(this::isOver).isPresent();
              listener.resumed(position.epoch());
              if (settings.early().filter(EarlyStop::restores).isPresent()) {
                resumeBest(checkpoint);
              }
            });
  }

  private void resumeBest(Checkpoint checkpoint) {
    if (position.isAtBest()) {
      keepBest(StateCopy.of(steps.executable()));
    } else if (!checkpoint.best().isEmpty()) {
      keepBest(StateCopy.of(steps.executable(), checkpoint.best()));
    } else if (!Double.isNaN(position.best())) {
      listener.noted("the checkpoint is without the best weights, so only later ones are restored");
    }
  }

  /** Trains until all is done or the stop flag is raised, whatever is first. */
  public FinalReport train() {
    try {
      return trainAll();
    } finally {
      before.ifPresent(StateCopy::close);
      best.ifPresent(StateCopy::close);
    }
  }

  private FinalReport trainAll() {
    probe.ifPresent(each -> each.prepare(data.training()));
    started = System.nanoTime();
    startedAt = position.step();
    if (!isResuming) {
      saving.ifPresent(Saving::begin);
    }
    Optional<EpochReport> last = Optional.empty();
    while (!isOver && position.step() < lastStep && !stop.isRequested()) {
      last = Optional.of(epoch(last.isEmpty() ? Pass.FIRST : Pass.LATER));
      listener.epochDone(last.get());
    }
    boolean stopped = stop.isRequested();
    saving.ifPresent(each -> each.atEnd(position, scores));
    if (stopped) {
      saving.ifPresent(Saving::noteHowToGoOn);
    } else {
      restoreBest();
    }
    Optional<Figures> test = stopped ? Optional.empty() : data.test().map(this::measure);
    FinalReport report =
        new FinalReport(position.step(), stopped, last, test, secondsSince(started));
    listener.finished(report);
    return report;
  }

  private void restoreBest() {
    if (best.isPresent() && position.waited() > 0) {
      best.get().restore();
      listener.noted(
          "the weights are those of epoch %d, which was the best".formatted(position.bestEpoch()));
    }
  }

  private void keepBest(StateCopy state) {
    best = Optional.of(state);
    saving.ifPresent(each -> each.carry(state));
  }

  private Figures measure(Dataset part) {
    return evaluator.evaluate(part, listener);
  }

  private EpochReport epoch(Pass pass) {
    long start = System.nanoTime();
    int epoch = position.epoch() + 1;
    Dataset training = data.training();
    int[] order = settings.order(epoch, training.size());
    int end =
        (int)
            Math.min(
                batchesInEpoch,
                position.batches() + (lastStep - position.step()) * settings.accumulate());
    listener.epochStarted(epoch, settings.epochs(), end);
    int skipped = position.batches() * settings.batch();
    try (ReadAhead ahead = new ReadAhead(training, order, skipped, pass)) {
      Consumer<Batch> told =
          batch -> tell(batch, end, (batch.end() - skipped) / secondsSince(start));
      while (position.batches() < end && !stop.isRequested()) {
        int done = position.batches() * settings.batch();
        int count = Math.min(settings.batch(), training.size() - done);
        ahead.done(done);
        Optional<Gradients> gradients =
            probe
                .filter(each -> each.isDue(position.batchesInAll(), batchesInAll()))
                .map(each -> each.measure(steps, training, order, done, count, position));
        begin(order, done, count, gradients);
        if (isToBeSettled()) {
          settle(order, told);
        }
        saving.ifPresent(each -> each.afterBatch(position, scores));
      }
      settle(order, told);
    }
    int done = Math.min(position.batches() * settings.batch(), training.size()) - skipped;
    double samplesPerSecond = done / secondsSince(start);
    Optional<Figures> validation =
        stop.isRequested() ? Optional.empty() : data.validation().map(this::measure);
    boolean stopped = stop.isRequested();
    EpochReport report =
        new EpochReport(
            epoch,
            settings.epochs(),
            position.step(),
            rate,
            scores.figures(),
            validation,
            secondsSince(start),
            samplesPerSecond,
            secondsLeft(),
            stopped);
    if (position.batches() == batchesInEpoch && !stopped) {
      endEpoch(report);
    }
    return report;
  }

  /** Begins with a batch, when its step has room to keep its results. */
  private void begin(int[] order, int start, int count, Optional<Gradients> gradients) {
    boolean isStep =
        (position.batches() + 1) % settings.accumulate() == 0
            || position.batches() + 1 == batchesInEpoch;
    Step current = steps.prepared(count, isStep, position);
    if (settings.checkFinite()) {
      rememberState(current.executable());
    }
    int run = current.begin(data.training(), order, start);
    Position earlier = position;
    position = position.afterBatch(isStep);
    begun.add(new Batch(current, run, isStep, earlier, position, start, count, gradients));
  }

  /** Whether somebody wants to know how the last batch went, or there is no room for the next. */
  private boolean isToBeSettled() {
    Batch last = begun.getLast();
    return begun.size() >= last.step().room()
        || last.gradients().isPresent()
        || settings.checkFinite()
        || saving.filter(each -> each.isDue(position)).isPresent()
        || listener.asks();
  }

  /** Waits for the batches that were begun, and counts and tells them in their order. */
  private void settle(int[] order, Consumer<Batch> told) {
    while (!begun.isEmpty()) {
      Batch batch = begun.remove();
      Step.Outcome outcome = batch.step().recall(batch.run());
      lastLoss = outcome.loss();
      rate = outcome.rate().orElse(rate);
      requireFinite(batch, order);
      scores.add(lastLoss, outcome.outputs(), data.training(), order, batch.start(), batch.count());
      told.accept(batch);
    }
  }

  private void requireFinite(Batch batch, int[] order) {
    Optional<String> found =
        Double.isFinite(lastLoss)
            ? Optional.empty()
            : Optional.of("the loss is %s".formatted(lastLoss));
    if (found.isEmpty() && settings.checkFinite()) {
      found =
          Weights.firstNotFinite(batch.step().executable())
              .map(name -> "'%s' holds a NaN or an infinity".formatted(name));
    }
    if (found.isPresent()) {
      UserError error = notFinite(found.get(), batch.after());
      throw before.isEmpty() ? error : explained(error, batch, order);
    }
  }

  private void tell(Batch batch, int batches, double samplesPerSecond) {
    listener.batchDone(
        new BatchReport(
            batch.after().epoch() + 1,
            batch.after().step(),
            batch.after().batches(),
            batches,
            batch.end(),
            lastLoss,
            scores.meanLoss(),
            scores.accuracy(),
            rate,
            batch.gradients(),
            samplesPerSecond,
            secondsLeft()));
  }

  private UserError explained(UserError plain, Batch batch, int[] order) {
    before.ifPresent(StateCopy::restore);
    return inspector.explain(
        steps.replay(batch.samples(order), batch.isStep(), batch.before(), rate), plain);
  }

  private void rememberState(Executable executable) {
    before.ifPresentOrElse(StateCopy::save, () -> before = Optional.of(StateCopy.of(executable)));
  }

  private UserError notFinite(String found, Position at) {
    String kept =
        saving.isPresent() ? "the last checkpoint is from before it" : "nothing was saved";
    return new UserError(
            Code.NOT_FINITE,
            "%s %s step %d (epoch %d)"
                .formatted(
                    found, found.startsWith("'") ? "after" : "at", at.step(), at.epoch() + 1))
        .help(
            "lower the learning rate (now %s), clip the gradient (clip norm=1.0), normalize the"
                    .formatted(rate)
                + " data, or find the first bad value with --check-finite; "
                + kept);
  }

  /** What follows an epoch that is whole: schedules that watch, early stopping, a checkpoint. */
  private void endEpoch(EpochReport report) {
    double loss = report.validation().orElse(report.training()).loss();
    steps.endEpoch(position, loss);
    settings.early().ifPresent(rule -> watch(rule, report));
    boolean isBest = !(loss >= position.bestLoss());
    if (isBest) {
      position = position.withBestLoss(loss);
    }
    position = position.nextEpoch();
    scores = new Scores(settings, data.training());
    saving.ifPresent(each -> each.afterEpoch(position, scores, isBest));
  }

  private void watch(EarlyStop rule, EpochReport report) {
    OptionalDouble figure = rule.watched(report);
    if (figure.isEmpty()) {
      throw new UserError(
              Code.BAD_SETTING, "stop", "on=\"" + rule.on() + "\" is not measured in this training")
          .help("name it among the metrics, or watch validation.loss");
    }
    if (rule.isBetter(figure.getAsDouble(), position.best())) {
      position = position.watching(figure.getAsDouble(), 0);
      if (rule.restores()) {
        best.ifPresentOrElse(StateCopy::save, () -> keepBest(StateCopy.of(steps.executable())));
      }
      return;
    }
    position = position.watching(position.best(), position.waited() + 1);
    if (isOver(rule)) {
      isOver = true;
      listener.noted(
          "training ends early: %s was not better for %d epochs"
              .formatted(rule.watchedName(report), position.waited()));
    }
  }

  private boolean isOver(EarlyStop rule) {
    return position.waited() >= rule.patience();
  }

  private int batchesInEpoch() {
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

  private long batchesInAll() {
    return Math.min((long) batchesInEpoch * settings.epochs(), lastStep * settings.accumulate());
  }

  private int stepsInEpoch() {
    return Math.ceilDiv(batchesInEpoch, settings.accumulate());
  }

  private double secondsLeft() {
    long done = Math.max(1, position.step() - startedAt);
    return secondsSince(started) / done * (lastStep - position.step());
  }

  private static double secondsSince(long start) {
    return Math.max(System.nanoTime() - start, 1) / 1e9;
  }
}
