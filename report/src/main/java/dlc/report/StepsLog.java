// SPDX-License-Identifier: Apache-2.0
package dlc.report;

import dlc.runtime.file.Json;
import dlc.runtime.file.LineFile;
import dlc.runtime.train.BatchReport;
import dlc.runtime.train.EpochReport;
import dlc.runtime.train.Gradients;
import dlc.runtime.train.TrainListener;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Writes {@code steps.jsonl}: some steps of a run, each with the mean loss since the one before.
 *
 * <p>A run of any length gives about a thousand lines.
 */
final class StepsLog implements TrainListener, AutoCloseable {

  private static final long POINTS = 1000;
  private static final Pattern STEP = Pattern.compile("\\{\"step\":(\\d{1,18}),.*}");

  private final List<String> earlier;
  private final LineFile file;
  private boolean hasBegun;
  private long interval = 1;
  private double lossSum;
  private int batches;

  private StepsLog(List<String> earlier, LineFile file) {
    this.earlier = earlier;
    this.file = file;
  }

  static StepsLog begin(Path path, Consumer<String> notes) {
    return new StepsLog(List.of(), LineFile.begin(path, notes));
  }

  /** Keeps the lines of the steps before the one that training goes on with. */
  static StepsLog continuing(Path path, Consumer<String> notes) {
    List<String> earlier = LineFile.lines(path);
    return new StepsLog(earlier, LineFile.begin(path, notes));
  }

  @Override
  public void epochStarted(int epoch, int epochs, int stepsInEpoch) {
    interval = Math.max(1, (long) epochs * stepsInEpoch / POINTS);
  }

  @Override
  public void batchDone(BatchReport report) {
    if (!hasBegun) {
      hasBegun = true;
      keepBefore(report.step());
    }
    lossSum += report.loss();
    batches++;
    boolean isLast = report.stepInEpoch() == report.stepsInEpoch();
    if (batches >= interval || isLast || report.gradients().isPresent()) {
      OptionalDouble norm =
          report
              .gradients()
              .map(Gradients::norm)
              .map(OptionalDouble::of)
              .orElse(OptionalDouble.empty());
      add(report, norm);
      lossSum = 0;
      batches = 0;
    }
  }

  private void keepBefore(long first) {
    for (String line : earlier) {
      Matcher step = STEP.matcher(line);
      if (step.matches() && Long.parseLong(step.group(1)) < first) {
        file.add(line);
      }
    }
  }

  private void add(BatchReport report, OptionalDouble norm) {
    StringBuilder line = new StringBuilder("{\"step\":").append(report.step());
    line.append(",\"epoch\":").append(report.epoch());
    double done = (double) report.stepInEpoch() / report.stepsInEpoch();
    line.append(",\"epochs_done\":").append(Json.number(report.epoch() - 1 + done));
    line.append(",\"loss\":").append(Json.number(lossSum / batches));
    line.append(",\"lr\":").append(Json.number(report.lr()));
    norm.ifPresent(value -> line.append(",\"gradient_norm\":").append(Json.number(value)));
    line.append(",\"samples_per_second\":").append(Json.number(report.samplesPerSecond()));
    file.add(line.append('}').toString());
  }

  @Override
  public void epochDone(EpochReport report) {
    lossSum = 0;
    batches = 0;
  }

  @Override
  public void close() {
    file.close();
  }
}
