// SPDX-License-Identifier: Apache-2.0
package dlc.driver.health;

import dlc.base.Code;
import dlc.base.Diagnostic;
import dlc.base.Span;
import dlc.base.UserError;
import dlc.driver.ModelSession;
import dlc.frontend.Invocation;
import dlc.frontend.TrainSection;
import dlc.runtime.data.Column;
import dlc.runtime.data.Loaded;
import dlc.runtime.file.Text;
import dlc.runtime.train.BatchReport;
import dlc.runtime.train.EpochReport;
import dlc.runtime.train.FinalReport;
import dlc.runtime.train.Metric;
import dlc.runtime.train.Task;
import dlc.runtime.train.TrainListener;
import dlc.runtime.train.TrainSettings;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Watches training for signs that something is wrong, and tells a listener in plain words.
 *
 * <p>Signs are looked for in numbers that training has anyway: the loss, the accuracy, and rows of
 * weights that never change. Only where there is one is the model looked into, once, by a {@link
 * Diagnosis}; training that goes well pays nothing. The data are checked once, at the start, those
 * that are decoded or mapped after the first epoch, and large ones on a thread of their own.
 */
public final class HealthWatch implements TrainListener {

  /** The steps whose mean loss later ones are compared with, at most. */
  private static final int FIRST_STEPS = 16;

  /** So many steps are too few to say that nothing was learned. */
  private static final int FEWEST_STEPS = 40;

  private static final int ENOUGH_STEPS = 100;
  private static final int PATIENCE = 3;
  private static final double LEAST_FALL = 0.02;
  private static final double RISE = 20;
  private static final long MANY_ELEMENTS = 500_000;

  private final ModelSession session;
  private final TrainSettings settings;
  private final Loaded data;
  private final TrainListener listener;
  private final boolean isNoise;
  private final Span place;
  private final List<Diagnostic> ofProgram;
  private final Supplier<List<String>> features;
  private final Optional<RowChanges> rows;
  private CompletableFuture<List<Diagnostic>> ofData = CompletableFuture.completedFuture(List.of());
  private boolean hasBegun;
  private boolean isDiagnosed;
  private boolean isStuck;
  private double firstLoss = Double.POSITIVE_INFINITY;
  private double firstLosses;
  private int firstSteps;
  private Optional<EpochReport> last = Optional.empty();

  /**
   * Watches the training of the model of {@code session}.
   *
   * @param ofProgram warnings that are known before training
   * @param features what the elements of a sample are called, where that is known
   * @param listener is warned
   */
  public HealthWatch(
      ModelSession session,
      TrainSection section,
      TrainSettings settings,
      Loaded data,
      List<Diagnostic> ofProgram,
      Supplier<List<String>> features,
      TrainListener listener) {
    this.session = session;
    this.settings = settings;
    this.data = data;
    this.ofProgram = List.copyOf(ofProgram);
    this.features = features;
    this.listener = listener;
    this.place = section.data().map(Invocation::span).orElse(section.span());
    this.isNoise = section.data().filter(each -> each.name().equals("random")).isPresent();
    this.rows =
        isNoise
            ? Optional.empty()
            : Optional.of(new RowChanges(session.usual(), section.updates()::freezes));
  }

  @Override
  public void resumed(int epochs) {
    // The first loss of a run that goes on is low already: what it was before is not known.
    isDiagnosed = epochs > 0;
    firstSteps = epochs > 0 ? FIRST_STEPS : 0;
    firstLosses = epochs > 0 ? Double.POSITIVE_INFINITY : 0;
  }

  @Override
  public void epochStarted(int epoch, int epochs, int stepsInEpoch) {
    if (hasBegun) {
      return;
    }
    hasBegun = true;
    ofProgram.forEach(listener::warned);
    if (!isNoise && !isFar()) {
      checkData();
    }
  }

  /** Whether samples are read or decoded while the first epoch goes on, which nothing may slow. */
  private boolean isFar() {
    return data.training().inputs().stream().anyMatch(Column::isFar);
  }

  private void checkData() {
    Supplier<List<Diagnostic>> check = new DataCheck(data, features, place)::warnings;
    ofData =
        elements() > MANY_ELEMENTS || isFar()
            ? CompletableFuture.supplyAsync(check).exceptionally(HealthWatch::untold)
            : CompletableFuture.completedFuture(check.get());
    tellOfData(false);
  }

  /** A sample that cannot be read is told of where it is trained on. */
  private static List<Diagnostic> untold(Throwable failure) {
    if (failure.getCause() instanceof UserError) {
      return List.of();
    }
    throw new IllegalStateException(failure);
  }

  private long elements() {
    Column column = data.training().inputs().getFirst();
    return data.training().size() * Math.min(64, column.type().elements());
  }

  private void tellOfData(boolean waits) {
    if (waits || ofData.isDone()) {
      ofData.join().forEach(listener::warned);
      ofData = CompletableFuture.completedFuture(List.of());
    }
  }

  @Override
  public void batchDone(BatchReport report) {
    if (firstSteps < Math.clamp(report.stepsInEpoch() / 4, 1, FIRST_STEPS) && report.epoch() == 1) {
      firstSteps++;
      firstLosses += report.loss();
    }
    firstLoss = report.step() == 1 ? report.loss() : firstLoss;
    boolean rises = report.loss() > RISE * Math.abs(firstLoss) && firstLoss != 0;
    if (rises && !isDiagnosed && !isNoise) {
      diagnose();
    }
  }

  @Override
  public void epochDone(EpochReport report) {
    boolean isFirst = last.isEmpty();
    last = Optional.of(report);
    tellOfData(!report.stopped());
    if (isNoise) {
      return;
    }
    if (isFirst && isFar() && !report.stopped()) {
      checkData();
    }
    boolean isSuspicious =
        !falls(report) || isGuessing(report) || rows.filter(RowChanges::mostAreStill).isPresent();
    if (isSuspicious && !isDiagnosed) {
      diagnose();
    }
    if (report.epoch() >= PATIENCE && report.step() >= ENOUGH_STEPS) {
      tellIfStuck(report);
    }
  }

  @Override
  public void finished(FinalReport report) {
    tellOfData(!report.stopped());
    if (!isNoise && report.steps() >= FEWEST_STEPS && !report.stopped()) {
      last.ifPresent(this::tellIfStuck);
    }
  }

  private void diagnose() {
    isDiagnosed = true;
    Diagnosis.of(session, settings, data.training()).forEach(listener::warned);
  }

  private boolean falls(EpochReport report) {
    double first = firstLosses / Math.max(1, firstSteps);
    return Double.isInfinite(first)
        || report.training().loss() < first - LEAST_FALL * Math.abs(first);
  }

  /** Whether a classifier is no better than one that gives the same answer to every sample. */
  private boolean isGuessing(EpochReport report) {
    if (!(settings.task() instanceof Task.Classes)
        || report.training().metric(Metric.ACCURACY).isEmpty()) {
      return false;
    }
    double share = shareOfCommonest();
    double noise = Math.sqrt(share * (1 - share) / Math.max(1, report.training().samples()));
    return report.training().metric(Metric.ACCURACY).getAsDouble() <= share + 2 * noise;
  }

  private double shareOfCommonest() {
    return data.training()
        .target()
        .filter(target -> target.type().rank() == 0)
        .map(target -> ClassShares.of(data.training(), target).largest())
        .orElse(0.0);
  }

  private void tellIfStuck(EpochReport report) {
    if (isStuck || (falls(report) && !isGuessing(report))) {
      return;
    }
    isStuck = true;
    double first = firstLosses / Math.max(1, firstSteps);
    String text =
        falls(report)
            ? Text.of(
                "after %d epochs the accuracy is %.2f%%, as good as always giving the commonest"
                    + " class",
                report.epoch(), 100 * report.training().metric(Metric.ACCURACY).orElse(0))
            : Text.of(
                "the loss does not fall: %.4g at first, %.4g after %s",
                first,
                report.training().loss(),
                report.epoch() == 1 ? "an epoch" : report.epoch() + " epochs");
    listener.warned(
        Code.LOSS_DOES_NOT_FALL
            .at(Span.NONE, text)
            .withHelp(
                "dlc overfit says whether the model can learn at all, dlc lr-find which learning"
                    + " rate suits it"));
  }
}
