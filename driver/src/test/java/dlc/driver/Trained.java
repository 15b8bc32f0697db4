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
    return by(folder, options(folder, device, CompiledProgram.CPU));
  }

  /** The same by the processor's instructions that {@code cpu} names. */
  static Trained with(Path folder, String cpu) {
    return by(folder, options(folder, RunOptions.usual().device(), cpu));
  }

  private static Trained by(Path folder, RunOptions options) {
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
    try (Dlc model = Dlc.compile(folder.resolve("program.dl"), options, Map.of())) {
      model.training().listener(listener).train();
      model.save(saved);
      return new Trained(withoutTimes(log.toString()), Files.readAllBytes(saved));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** For the processor of compiled programs. */
  static RunOptions options(Path folder) {
    return options(folder, RunOptions.usual().device(), CompiledProgram.CPU);
  }

  private static RunOptions options(Path folder, String device, String cpu) {
    RunOptions usual = RunOptions.usual();
    return new RunOptions(
        usual.model(),
        Optional.of(folder),
        usual.environment(),
        usual.batch(),
        usual.seed(),
        2,
        device,
        cpu,
        usual.observer(),
        usual.code());
  }

  static String withoutTimes(String log) {
    return log.replaceAll(",\"seconds\":[^}]*", "");
  }
}
