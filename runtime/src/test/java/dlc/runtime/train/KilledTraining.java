// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.train;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;

/** A process that trains, slowly, and is killed. */
final class KilledTraining {

  static final int EPOCHS = 150;

  private static final long PAUSE_NANOS = 500_000;

  private KilledTraining() {}

  /**
   * Goes on from the newest checkpoint in the folder named; writes the weights beside at the end.
   */
  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    FakeModel model = new FakeModel();
    TrainListener slow =
        new TrainListener() {
          @Override
          public void batchDone(BatchReport report) {
            LockSupport.parkNanos(PAUSE_NANOS);
          }
        };
    train(model, slow, Optional.of(checkpoints(folder)));
    Files.write(folder.resolve("weights"), weights(model));
  }

  static CheckpointFolder checkpoints(Path folder) {
    return new CheckpointFolder(folder, 1, OptionalLong.of(1), 3, true);
  }

  static void train(
      FakeModel model, TrainListener listener, Optional<CheckpointFolder> checkpoints) {
    TrainSettings settings =
        TrainSettings.of(16, EPOCHS, 42, 0.1, Task.classes(FakeModel.CLASSES))
            .accumulating(2)
            .withMetrics(List.of(Metric.F1));
    Trainer trainer =
        new Trainer(model, settings, Points.loaded(), listener, new StopFlag(), checkpoints);
    if (checkpoints.isPresent()) {
      trainer.resume();
    }
    trainer.train();
  }

  static byte[] weights(FakeModel model) {
    return model.state("fc.weight").toArray(JAVA_BYTE);
  }
}
