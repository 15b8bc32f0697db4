// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlc.base.UserError;
import dlc.ir.DType;
import dlc.ir.TensorType;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training goes on from checkpoints as if it had never been interrupted. */
final class CheckpointTest {

  private static final TrainSettings SETTINGS =
      TrainSettings.of(16, 3, 42, 0.1, Task.classes(FakeModel.CLASSES))
          .accumulating(2)
          .withMetrics(List.of(Metric.F1, Metric.CONFUSION_MATRIX));

  @TempDir private Path folder;

  /** Ends a run as a kill would. */
  private static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /** Keeps what it hears, and kills training after some batches. */
  private static final class Witness implements TrainListener {

    final List<Figures> epochs = new ArrayList<>();
    final List<String> notes = new ArrayList<>();
    private int batchesLeft;

    Witness(int batchesLeft) {
      this.batchesLeft = batchesLeft;
    }

    @Override
    public void batchDone(BatchReport report) {
      if (--batchesLeft == 0) {
        throw new Killed();
      }
    }

    @Override
    public void epochDone(EpochReport report) {
      epochs.add(report.training());
    }

    @Override
    public void noted(String message) {
      notes.add(message);
    }
  }

  private CheckpointFolder checkpoints(long everySteps) {
    return new CheckpointFolder(folder.resolve("run"), 1, OptionalLong.of(everySteps), 2, true);
  }

  private Trainer trainer(FakeModel model, TrainSettings settings, Witness witness, long every) {
    return new Trainer(
        model, settings, Points.loaded(), witness, new StopFlag(), Optional.of(checkpoints(every)));
  }

  private static float[] weights(FakeModel model) {
    return model.state("fc.weight").toArray(ValueLayout.JAVA_FLOAT);
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("run"))) {
      return files.map(each -> each.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void aKillAfterAnyBatchChangesNothing() {
    FakeModel whole = new FakeModel();
    Witness unbroken = new Witness(0);
    new Trainer(whole, SETTINGS, Points.loaded(), unbroken, new StopFlag()).train();
    for (int batches : List.of(1, 2, 3, 7, 8, 13, 21)) {
      Witness killed = new Witness(batches);
      Trainer first = trainer(new FakeModel(), SETTINGS, killed, 1);
      assertThatThrownBy(first::train).isInstanceOf(Killed.class);
      FakeModel resumed = new FakeModel();
      Witness witness = new Witness(0);
      Trainer second = trainer(resumed, SETTINGS, witness, 1);
      second.resume();
      FinalReport report = second.train();
      assertThat(report.steps()).isEqualTo(12);
      assertThat(weights(resumed)).as("killed after %d", batches).isEqualTo(weights(whole));
      assertThat(witness.epochs.getLast().loss()).isEqualTo(unbroken.epochs.getLast().loss());
      assertThat(witness.epochs.getLast().metrics()).isEqualTo(unbroken.epochs.getLast().metrics());
      assertThat(witness.epochs.getLast().confusion().orElseThrow().table())
          .isEqualTo(unbroken.epochs.getLast().confusion().orElseThrow().table());
    }
  }

  @Test
  void theBestWeightsOutliveAKill() {
    EarlyStop rule = new EarlyStop(2, "training.loss", 10, true);
    TrainSettings settings = SETTINGS.stoppingEarly(rule);
    FakeModel whole = new FakeModel();
    Witness unbroken = new Witness(0);
    new Trainer(whole, settings, Points.loaded(), unbroken, new StopFlag()).train();
    String restored = "the weights are those of epoch 1, which was the best";
    assertThat(unbroken.notes).contains(restored);
    for (int batches : List.of(3, 7, 8, 9, 16, 21, 0)) {
      Trainer first = trainer(new FakeModel(), settings, new Witness(batches), 1);
      if (batches > 0) {
        assertThatThrownBy(first::train).isInstanceOf(Killed.class);
      } else {
        first.train(); // to the end: its last checkpoint knows the best, too
      }
      FakeModel resumed = new FakeModel();
      Witness witness = new Witness(0);
      Trainer second = trainer(resumed, settings, witness, 1);
      second.resume();
      second.train();
      assertThat(witness.notes).as("killed after %d", batches).contains(restored);
      assertThat(weights(resumed)).as("killed after %d", batches).isEqualTo(weights(whole));
    }
  }

  @Test
  void theNewestAndTheBestAreKept() throws IOException {
    trainer(new FakeModel(), SETTINGS, new Witness(0), 3).train();
    assertThat(files())
        .containsExactly(
            "best.safetensors", "step-000000009.safetensors", "step-000000012.safetensors");
  }

  @Test
  void aDamagedCheckpointIsPassedOver() throws IOException {
    FakeModel whole = new FakeModel();
    trainer(whole, SETTINGS, new Witness(0), 2).train();
    Path newest = folder.resolve("run/step-000000012.safetensors");
    byte[] bytes = Files.readAllBytes(newest);
    bytes[bytes.length - 20] ^= 4;
    Files.write(newest, bytes);
    FakeModel resumed = new FakeModel();
    Witness witness = new Witness(0);
    Trainer trainer = trainer(resumed, SETTINGS, witness, 2);
    trainer.resume();
    trainer.train();
    assertThat(witness.notes.get(0))
        .contains("step-000000012.safetensors: its checksum is not that of its content")
        .endsWith("the checkpoint before it is taken");
    assertThat(witness.notes.get(1)).endsWith("step-000000010.safetensors: step 10, epoch 3");
    assertThat(weights(resumed)).isEqualTo(weights(whole));
    Files.write(newest, new byte[] {1, 2, 3});
    Files.write(folder.resolve("run/step-000000010.safetensors"), new byte[0]);
    Witness beginning = new Witness(0);
    Trainer anew = trainer(new FakeModel(), SETTINGS, beginning, 2);
    anew.resume();
    assertThat(anew.train().steps()).isEqualTo(12);
    assertThat(beginning.notes).hasSize(3).last().asString().contains("training begins anew");
  }

  @Test
  void anotherModelOrRunIsRefused() {
    trainer(new FakeModel(), SETTINGS, new Witness(0), 2).train();
    FakeModel other = new FakeModel();
    other.states.put("fc2.weight", TensorType.of(DType.F32, 3));
    assertThatThrownBy(trainer(other, SETTINGS, new Witness(0), 2)::resume)
        .isInstanceOf(UserError.class)
        .hasMessageContaining("fc2.weight: nothing in the checkpoint, f32[3] now");
    TrainSettings seeded =
        TrainSettings.of(16, 3, 43, 0.1, Task.classes(FakeModel.CLASSES)).accumulating(2);
    assertThatThrownBy(trainer(new FakeModel(), seeded, new Witness(0), 2)::resume)
        .isInstanceOf(UserError.class)
        .hasMessageContaining("seed: 42 in the checkpoint, 43 now")
        .hasMessageContaining("counts for metrics: ");
  }

  @Test
  void trainingGoesOnWhereNothingCanBeSaved() throws IOException {
    Files.writeString(folder.resolve("run"), "a file where the folder should be");
    Witness witness = new Witness(0);
    FinalReport report = trainer(new FakeModel(), SETTINGS, witness, 4).train();
    assertThat(report.steps()).isEqualTo(12);
    assertThat(witness.notes)
        .isNotEmpty()
        .allMatch(note -> note.startsWith("no checkpoint of step"))
        .allMatch(note -> note.endsWith("training goes on"));
  }

  @Test
  void aRunAnewSetsTheCheckpointsOfTheLastAside() throws IOException {
    trainer(new FakeModel(), SETTINGS, new Witness(0), 2).train();
    Witness witness = new Witness(1);
    Trainer second = trainer(new FakeModel(), SETTINGS, witness, 2);
    assertThatThrownBy(second::train).isInstanceOf(Killed.class);
    assertThat(files()).containsExactly("earlier-1");
    assertThat(folder.resolve("run/earlier-1/step-000000012.safetensors")).exists();
    assertThat(folder.resolve("run/earlier-1/best.safetensors")).exists();
    assertThat(witness.notes).singleElement().asString().contains("are now in");
  }
}
