// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

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

/** Shows on a terminal how far the epoch is. */
final class Progress implements TrainListener, AutoCloseable {

  private static final int INTERVAL_MS = 200;

  private final boolean isShown;
  private Optional<ProgressBar> bar = Optional.empty();

  Progress(boolean isShown) {
    this.isShown = isShown;
  }

  @Override
  public void epochStarted(int epoch, int epochs, int stepsInEpoch) {
    if (!isShown) {
      return;
    }
    PrintStream terminal =
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
    bar =
        Optional.of(
            new ProgressBarBuilder()
                .setTaskName("epoch %d/%d".formatted(epoch, epochs))
                .setInitialMax(stepsInEpoch)
                .setUpdateIntervalMillis(INTERVAL_MS)
                .setStyle(ProgressBarStyle.UNICODE_BLOCK)
                .setConsumer(new ConsoleProgressBarConsumer(terminal, Terminal.width() - 1))
                .clearDisplayOnFinish()
                .build());
  }

  @Override
  public void batchDone(BatchReport report) {
    bar.ifPresent(
        shown -> {
          shown.stepTo(report.stepInEpoch());
          if (report.stepInEpoch() % 16 == 1) {
            shown.setExtraMessage(Text.of("loss %.4f", report.meanLoss()));
          }
        });
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
