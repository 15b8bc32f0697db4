// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import dlc.base.Diagnostic;
import dlc.runtime.file.Text;
import dlc.runtime.train.BatchReport;
import dlc.runtime.train.EpochReport;
import dlc.runtime.train.TrainListener;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows on a terminal how far the epoch is, and how training does. */
final class Progress implements TrainListener, AutoCloseable {

  private static final int INTERVAL_MS = 200;

  /** Makes room for a message where the bar stands; it appears again below. */
  private static final String CLEAR_LINE = "\r\u001b[K";

  /** The line of the bar, which leaves nothing behind. */
  private static final class Line extends ConsoleProgressBarConsumer {

    private final PrintStream terminal;

    Line(PrintStream terminal) {
      super(terminal, Terminal.width() - 1);
      this.terminal = terminal;
    }

    @Override
    public void close() {
      terminal.print(CLEAR_LINE);
    }
  }

  private final boolean isShown;
  private Optional<ProgressBar> bar = Optional.empty();
  private long told;

  Progress(boolean isShown) {
    this.isShown = isShown;
  }

  @Override
  public void epochStarted(int epoch, int epochs, int stepsInEpoch) {
    if (!isShown) {
      return;
    }
    bar =
        Optional.of(
            new ProgressBarBuilder()
                .setTaskName("epoch %d/%d".formatted(epoch, epochs))
                .setInitialMax(stepsInEpoch)
                .setUpdateIntervalMillis(INTERVAL_MS)
                .setStyle(ProgressBarStyle.UNICODE_BLOCK)
                .setConsumer(new Line(terminal()))
                .hideEta()
                .clearDisplayOnFinish()
                .build());
  }

  @Override
  public void batchDone(BatchReport report) {
    bar.ifPresent(
        shown -> {
          shown.stepTo(report.stepInEpoch());
          if (asks()) {
            told = System.nanoTime();
            shown.setExtraMessage(figures(report));
          }
        });
  }

  @Override
  public boolean asks() {
    return bar.isPresent() && System.nanoTime() - told > INTERVAL_MS * 1_000_000L;
  }

  private static String figures(BatchReport report) {
    StringBuilder text = new StringBuilder(Text.of(" loss %.4f", report.meanLoss()));
    report.accuracy().ifPresent(share -> text.append(Text.of("  accuracy %.1f%%", 100 * share)));
    text.append("  ").append(Words.count(Math.round(report.samplesPerSecond()))).append("/s");
    return text.append("  left ").append(Words.seconds(report.secondsLeft())).toString();
  }

  @Override
  public void noted(String message) {
    if (bar.isPresent()) {
      terminal().print(CLEAR_LINE);
    }
  }

  @Override
  public void warned(Diagnostic warning) {
    noted(warning.message());
  }

  private static PrintStream terminal() {
    return new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
  }

  @Override
  public void epochDone(EpochReport report) {
    close();
  }

  @Override
  public void close() {
    bar.ifPresent(ProgressBar::close);
    bar = Optional.empty();
  }
}
