// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import dlc.runtime.train.EpochReport;
import dlc.runtime.train.FinalReport;
import dlc.runtime.train.MetricsLog;
import dlc.runtime.train.TrainListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** What the trainer makes of a program that is compiled, too: its log and the weights. */
record Trained(String log, byte[] weights) {

  /** Trains {@code program.dl} in {@code folder}, where its data are. */
  static Trained by(Path folder) {
    return by(folder, RunOptions.usual().device());
  }

  /** The same on {@code device}. */
  static Trained by(Path folder, String device) {
    StringBuilder log = new StringBuilder();
    TrainListener listener =
        new TrainListener() {
          @Override
          public void epochDone(EpochReport report) {
            log.append(MetricsLog.line(report)).append('\n');
          }

          @Override
          public void finished(FinalReport report) {
            log.append(MetricsLog.line(report)).append('\n');
          }
        };
    Path saved = folder.resolve("expected");
    try (Dlc model = Dlc.compile(folder.resolve("program.dl"), options(folder, device), Map.of())) {
      model.training().listener(listener).train();
      model.save(saved);
      return new Trained(withoutTimes(log.toString()), Files.readAllBytes(saved));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** For the processor of compiled programs. */
  static RunOptions options(Path folder) {
    return options(folder, RunOptions.usual().device());
  }

  private static RunOptions options(Path folder, String device) {
    RunOptions usual = RunOptions.usual();
    return new RunOptions(
        usual.model(),
        Optional.of(folder),
        usual.environment(),
        usual.batch(),
        usual.seed(),
        2,
        device,
        CompiledProgram.CPU,
        usual.observer(),
        usual.code());
  }

  static String withoutTimes(String log) {
    return log.replaceAll(",\"seconds\":[^}]*", "");
  }
}
