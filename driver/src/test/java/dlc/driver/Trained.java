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
    try (Dlc model = Dlc.compile(folder.resolve("program.dl"), options(folder), Map.of())) {
      model.training().listener(listener).train();
      model.save(saved);
      return new Trained(withoutTimes(log.toString()), Files.readAllBytes(saved));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** For the processor of compiled programs. */
  static RunOptions options(Path folder) {
    RunOptions usual = RunOptions.usual();
    return new RunOptions(
        usual.model(),
        Optional.of(folder),
        usual.environment(),
        usual.batch(),
        usual.seed(),
        2,
        usual.device(),
        CompiledProgram.CPU,
        usual.observer(),
        usual.code());
  }

  static String withoutTimes(String log) {
    return log.replaceAll(",\"seconds\":[^}]*", "");
  }
}
