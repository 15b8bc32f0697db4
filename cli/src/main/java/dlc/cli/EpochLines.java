// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import dlc.base.Diagnostic;
import dlc.runtime.train.ConfusionMatrix;
import dlc.runtime.train.EpochReport;
import dlc.runtime.train.FinalReport;
import dlc.runtime.train.TrainListener;

/** Prints a line for each epoch, and what came of it all at the end. */
final class EpochLines implements TrainListener {

  private final Output output;
  private final boolean showsRate;
  private final boolean showsConfusion;

  /**
   * Lines to {@code output}.
   *
   * @param showsRate whether the learning rate changes
   * @param showsConfusion whether the confusion matrix is wanted
   */
  EpochLines(Output output, boolean showsRate, boolean showsConfusion) {
    this.output = output;
    this.showsRate = showsRate;
    this.showsConfusion = showsConfusion;
  }

  @Override
  public void noted(String message) {
    output.note("note: " + message);
  }

  @Override
  public void warned(Diagnostic warning) {
    output.warn(warning);
  }

  @Override
  public void epochDone(EpochReport report) {
    if (output.isQuiet()) {
      return;
    }
    StringBuilder line = new StringBuilder();
    line.append("epoch %d/%d  ".formatted(report.epoch(), report.epochs()));
    line.append(Words.figures("", report.training()));
    report
        .validation()
        .ifPresent(figures -> line.append("  ").append(Words.figures("validation ", figures)));
    if (showsRate) {
      line.append("  lr ").append(Words.rate(report.lr()));
    }
    line.append("  %s samples/s".formatted(Words.count(Math.round(report.samplesPerSecond()))));
    line.append("  ").append(Words.seconds(report.seconds()));
    if (report.secondsLeft() > 0) {
      line.append("  left ").append(Words.seconds(report.secondsLeft()));
    }
    output.out().println(line);
  }

  @Override
  public void finished(FinalReport report) {
    if (report.stopped()) {
      output.note("stopped after step " + Words.count(report.steps()));
    }
    report
        .test()
        .ifPresent(
            figures -> {
              output
                  .out()
                  .println(
                      "%s  (%s samples)"
                          .formatted(
                              Words.figures("test ", figures), Words.count(figures.samples())));
              figures
                  .confusion()
                  .filter(_ -> showsConfusion)
                  .map(ConfusionMatrix::table)
                  .ifPresent(table -> output.out().print("\n" + table));
            });
    output.note(
        "%s steps in %s".formatted(Words.count(report.steps()), Words.seconds(report.seconds())));
    output.out().flush();
  }
}
