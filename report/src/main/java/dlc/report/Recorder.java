// SPDX-License-Identifier: Apache-2.0
package dlc.report;

import dlc.base.Diagnostic;
import dlc.base.UserError;
import dlc.ir.Graph;
import dlc.report.page.Page;
import dlc.report.plot.PlotFiles;
import dlc.report.tensorboard.TensorBoardLog;
import dlc.runtime.Executable;
import dlc.runtime.data.Column;
import dlc.runtime.data.Dataset;
import dlc.runtime.file.AtomicFile;
import dlc.runtime.train.BatchReport;
import dlc.runtime.train.ConfusionMatrix;
import dlc.runtime.train.EpochReport;
import dlc.runtime.train.Figures;
import dlc.runtime.train.FinalReport;
import dlc.runtime.train.MetricsLog;
import dlc.runtime.train.Task;
import dlc.runtime.train.TrainListener;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Writes down what happens during a run.
 *
 * <p>Where that fails, a note says so once, and training goes on.
 */
public final class Recorder implements TrainListener, AutoCloseable {

  private static final int LARGEST_MATRIX = 100;
  private static final int MOST_NOTES = 50;
  private static final double SECONDS_BETWEEN_PAGES = 20;

  /** Those who look at a run under way see it so late. */
  private static final double SECONDS_BETWEEN_BATCHES = 1;

  /**
   * What is recorded.
   *
   * @param network what the model computes when it predicts
   * @param memory the bytes that all of it takes
   */
  public record Subject(
      Task task, Executable model, Supplier<Graph> network, LongSupplier memory) {}

  /** How much is written. */
  public enum Detail {
    /** The page, and the figures that it shows. */
    BRIEF,
    /** Plots as files, and TensorBoard's, as well. */
    FULL
  }

  private final RunFolder folder;
  private final Subject subject;
  private final Consumer<String> notes;
  private final MostWrong wrong;
  private final Detail detail;
  private final Optional<TensorBoardLog> tensorBoard;
  private final MetricsLog metrics;
  private final StepsLog steps;
  private final List<RunResults.Timing> timings = new ArrayList<>();
  private final List<String> heard = new ArrayList<>();
  private String measuredOn = "validation";
  private Optional<Figures> measured = Optional.empty();
  private double trainingSeconds;
  private long lastBatch;
  private long lastPage = System.nanoTime();
  private boolean isBroken;

  private Recorder(
      RunFolder folder,
      RunFacts facts,
      Subject subject,
      Detail detail,
      boolean continues,
      Consumer<String> notes) {
    this.folder = folder;
    this.notes = notes;
    this.subject = subject;
    this.detail = detail;
    this.wrong = new MostWrong(subject.task());
    this.metrics =
        continues
            ? MetricsLog.continuing(folder.metrics(), notes)
            : new MetricsLog(folder.metrics(), notes);
    this.steps =
        continues
            ? StepsLog.continuing(folder.steps(), notes)
            : StepsLog.begin(folder.steps(), notes);
    folder.write(facts);
    this.tensorBoard =
        detail == Detail.FULL
            ? Optional.of(
                new TensorBoardLog(folder.path(), subject.network().get(), subject.model()))
            : Optional.empty();
  }

  /** Begins the record of a run anew. */
  public static Recorder begin(
      RunFolder folder, RunFacts facts, Subject subject, Detail detail, Consumer<String> notes) {
    return new Recorder(folder, facts, subject, detail, false, notes);
  }

  /** Goes on with the record of a run, from the epoch or step that training goes on with. */
  public static Recorder continuing(
      RunFolder folder, RunFacts facts, Subject subject, Detail detail, Consumer<String> notes) {
    return new Recorder(folder, facts, subject, detail, true, notes);
  }

  /** Says how long something took before training began. */
  public void timed(String what, double seconds) {
    timings.add(new RunResults.Timing(what, seconds));
  }

  @Override
  public void noted(String message) {
    if (heard.size() < MOST_NOTES) {
      heard.add(message);
    }
  }

  @Override
  public void warned(Diagnostic warning) {
    noted("warning: " + warning.message());
  }

  @Override
  public void resumed(int epochs) {
    metrics.resumed(epochs);
  }

  @Override
  public void epochStarted(int epoch, int epochs, int stepsInEpoch) {
    steps.epochStarted(epoch, epochs, stepsInEpoch);
    wrong.clear();
  }

  @Override
  public void batchDone(BatchReport report) {
    lastBatch = System.nanoTime();
    steps.batchDone(report);
    tensorBoard.ifPresent(log -> attempt(() -> log.batchDone(report)));
  }

  @Override
  public boolean asks() {
    return (System.nanoTime() - lastBatch) / 1e9 > SECONDS_BETWEEN_BATCHES;
  }

  @Override
  public void batchMeasured(Dataset part, int[] order, int start, int count, Column outputs) {
    if (start == 0) {
      wrong.clear();
    }
    wrong.look(part, order, start, count, outputs);
  }

  @Override
  public void epochDone(EpochReport report) {
    metrics.epochDone(report);
    steps.epochDone(report);
    trainingSeconds += report.seconds();
    measured = report.validation().or(() -> measured);
    tensorBoard.ifPresent(log -> attempt(() -> log.epochDone(report)));
    if ((System.nanoTime() - lastPage) / 1e9 > SECONDS_BETWEEN_PAGES) {
      writePage();
    }
  }

  @Override
  public void finished(FinalReport report) {
    metrics.finished(report);
    report
        .test()
        .ifPresent(
            figures -> {
              measuredOn = "test";
              measured = Optional.of(figures);
            });
    timed("epochs and validation", trainingSeconds);
    timed("training and test", report.seconds());
    tensorBoard.ifPresent(log -> attempt(() -> log.finished(report, wrong.examples())));
  }

  /** Writes what is shown of the run: results, page and plots. */
  @Override
  public void close() {
    metrics.close();
    steps.close();
    attempt(
        () ->
            folder.write(
                new RunResults(
                    measuredOn,
                    confusion(measured),
                    wrong.examples(),
                    timings,
                    heard,
                    subject.memory().getAsLong())));
    writePage();
    tensorBoard.ifPresent(log -> attempt(log::close));
    if (detail == Detail.FULL) {
      attempt(() -> PlotFiles.write(folder.read(), folder.plots()));
    }
  }

  private void writePage() {
    attempt(() -> AtomicFile.write(folder.page(), Page.of(List.of(folder.read())).bytes()));
    lastPage = System.nanoTime();
  }

  private static Optional<RunResults.Confusion> confusion(Optional<Figures> figures) {
    return figures
        .flatMap(Figures::confusion)
        .filter(matrix -> matrix.classes().size() <= LARGEST_MATRIX)
        .map(Recorder::counts);
  }

  private static RunResults.Confusion counts(ConfusionMatrix matrix) {
    int classes = matrix.classes().size();
    return new RunResults.Confusion(
        matrix.classes(),
        IntStream.range(0, classes)
            .mapToObj(
                actual ->
                    LongStream.range(0, classes)
                        .map(predicted -> matrix.count(actual, (int) predicted))
                        .boxed()
                        .toList())
            .toList());
  }

  private void attempt(Runnable writing) {
    try {
      writing.run();
    } catch (UserError | UncheckedIOException failure) {
      Throwable cause = failure.getCause() == null ? failure : failure.getCause();
      noteBroken(String.valueOf(cause.getMessage()));
    }
  }

  private void noteBroken(String why) {
    if (!isBroken) {
      notes.accept("the report is not whole: " + why);
    }
    isBroken = true;
  }
}
