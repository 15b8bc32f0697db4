// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlc.base.Code;
import dlc.base.UserError;
import dlc.ir.DType;
import dlc.runtime.data.Loaded;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class TrainerTest {

  private static final TrainSettings SETTINGS =
      TrainSettings.of(16, 3, 42, 1.0, Task.classes(FakeModel.CLASSES));

  @Test
  void learnsValidatesAndTests() {
    FakeModel model = new FakeModel();
    Recorder recorder = new Recorder();
    TrainSettings settings =
        SETTINGS.withMetrics(List.of(Metric.CONFUSION_MATRIX, Metric.F1, Metric.TOP5));
    FinalReport report = train(model, settings, recorder, new StopFlag());
    assertThat(report.steps()).isEqualTo(3 * 7);
    assertThat(model.steps).hasSize(21).startsWith(1, 2, 3).endsWith(21);
    assertThat(recorder.epochs).hasSize(3);
    assertThat(recorder.batches).hasSize(21);
    assertThat(recorder.batches.get(6).samplesDone()).isEqualTo(100);
    EpochReport last = recorder.epochs.getLast();
    assertThat(last.training().loss()).isLessThan(recorder.epochs.getFirst().training().loss());
    assertThat(last.validation().orElseThrow().metric(Metric.ACCURACY).orElseThrow())
        .isGreaterThan(0.9);
    Figures test = report.test().orElseThrow();
    assertThat(test.metrics().keySet()).containsExactly(Metric.ACCURACY, Metric.F1, Metric.TOP5);
    assertThat(test.metric(Metric.TOP5).orElseThrow()).isEqualTo(1);
    assertThat(test.confusion().orElseThrow().classes()).containsExactly("a", "b", "c");
    assertThat(last.secondsLeft()).isZero();
  }

  @Test
  void aDeviceIsWaitedForWhenItHasRoomForNoMore() {
    FakeModel processor = new FakeModel();
    FakeModel device = new FakeModel();
    device.room = 4;
    Recorder expected = new Recorder();
    Recorder late = new Recorder();
    Loaded data = new Loaded(Points.samples(100), Optional.empty(), Optional.empty(), List.of());
    new Trainer(processor, SETTINGS, data, expected, new StopFlag()).train();
    new Trainer(device, SETTINGS, data, late, new StopFlag()).train();
    assertThat(losses(late)).isEqualTo(losses(expected)).hasSize(21);
    assertThat(late.epochs.getLast().training()).isEqualTo(expected.epochs.getLast().training());
    // Of each epoch: for five batches, for one more, and for the last one, which is smaller.
    assertThat(device.waits).isEqualTo(3 * 3);
  }

  @Test
  void aDeviceIsWaitedForWhenSomebodyAsks() {
    FakeModel device = new FakeModel();
    device.room = 1000;
    List<Long> steps = new ArrayList<>();
    TrainListener asking =
        new TrainListener() {
          @Override
          public void batchDone(BatchReport report) {
            steps.add(report.step());
          }

          @Override
          public boolean asks() {
            return device.steps.getLast() % 3 == 0;
          }
        };
    TrainSettings settings = SETTINGS.withSteps(6);
    Loaded data = new Loaded(Points.samples(100), Optional.empty(), Optional.empty(), List.of());
    new Trainer(device, settings, data, asking, new StopFlag()).train();
    assertThat(steps).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
    assertThat(device.waits).isEqualTo(2);
  }

  private static List<List<Number>> losses(Recorder recorder) {
    return recorder.batches.stream()
        .map(each -> List.<Number>of(each.step(), each.loss(), each.meanLoss(), each.samplesDone()))
        .toList();
  }

  @Test
  void theLossThatIsNotFiniteIsFoundLateOnADevice() {
    FakeModel device = new FakeModel(DType.F32, 2);
    device.room = 4;
    assertThatThrownBy(() -> train(device, SETTINGS, TrainListener.NONE, new StopFlag()))
        .hasMessageContaining("the loss is NaN at step 2 (epoch 1)");
    assertThat(device.steps).containsExactly(1, 2, 3, 4, 5);
  }

  @Test
  void theSameSeedGivesTheSameBits() {
    FakeModel first = new FakeModel();
    FakeModel second = new FakeModel(DType.F64, -1);
    FakeModel ordered = new FakeModel();
    train(first, SETTINGS, TrainListener.NONE, new StopFlag());
    train(second, SETTINGS, TrainListener.NONE, new StopFlag());
    train(ordered, SETTINGS.inFileOrder(), TrainListener.NONE, new StopFlag());
    assertThat(weights(first)).isEqualTo(weights(second)).isNotEqualTo(weights(ordered));
  }

  @Test
  void specializesForFullAndLastBatchesOnly() {
    FakeModel model = new FakeModel();
    train(model, SETTINGS, TrainListener.NONE, new StopFlag());
    assertThat(model.batches).containsExactly(16, 4, 16, 4);
    FakeModel dropping = new FakeModel();
    FinalReport report =
        train(dropping, SETTINGS.droppingLast(), TrainListener.NONE, new StopFlag());
    assertThat(report.steps()).isEqualTo(18);
  }

  @Test
  void endsAfterTheGivenSteps() {
    Recorder recorder = new Recorder();
    FinalReport report = train(new FakeModel(), SETTINGS.withSteps(9), recorder, new StopFlag());
    assertThat(report.steps()).isEqualTo(9);
    assertThat(report.test()).isPresent();
    assertThat(recorder.epochs.getLast().training().samples()).isEqualTo(32);
  }

  @Test
  void stopsAfterTheStepItIsAt() {
    StopFlag stop = new StopFlag();
    TrainListener stopping =
        new TrainListener() {
          @Override
          public void batchDone(BatchReport report) {
            if (report.step() == 5) {
              stop.request();
            }
          }
        };
    FinalReport report = train(new FakeModel(), SETTINGS, stopping, stop);
    assertThat(report.steps()).isEqualTo(5);
    assertThat(report.stopped()).isTrue();
    assertThat(report.test()).isEmpty();
    assertThat(report.lastEpoch().orElseThrow().validation()).isEmpty();
  }

  @Test
  void aNanLossEndsTrainingWithItsStep() {
    FakeModel model = new FakeModel(DType.F32, 8);
    assertThatThrownBy(() -> train(model, SETTINGS, TrainListener.NONE, new StopFlag()))
        .isInstanceOf(UserError.class)
        .hasMessage("the loss is NaN at step 8 (epoch 2)")
        .satisfies(error -> assertThat(((UserError) error).code()).isEqualTo(Code.NOT_FINITE));
  }

  @Test
  void checkingFiniteNamesTheWeight() {
    FakeModel model = new FakeModel();
    model
        .state("fc.weight/momentum_buffer")
        .setAtIndex(ValueLayout.JAVA_FLOAT, 3, Float.POSITIVE_INFINITY);
    train(model, SETTINGS, TrainListener.NONE, new StopFlag());
    assertThatThrownBy(
            () -> train(model, SETTINGS.checkingFinite(), TrainListener.NONE, new StopFlag()))
        .hasMessageContaining(
            "'fc.weight/momentum_buffer' holds a NaN or an infinity after step 1");
  }

  @Test
  void rejectsBadSettingsAndLabelsBeforeTraining() {
    assertThatThrownBy(() -> TrainSettings.of(0, 1, 0, 0.1, Task.classes(3)))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("batch: 0 is too few");
    TrainSettings large = TrainSettings.of(1000, 1, 0, 0.1, Task.classes(3)).droppingLast();
    assertThatThrownBy(() -> train(new FakeModel(), large, TrainListener.NONE, new StopFlag()))
        .hasMessageContaining("no batch is left");
    TrainSettings few = TrainSettings.of(16, 1, 0, 0.1, Task.classes(2));
    FakeModel model = new FakeModel();
    assertThatThrownBy(() -> train(model, few, TrainListener.NONE, new StopFlag()))
        .hasMessageContaining("row 2: the label 2 is none of the model's classes 0 to 1");
    assertThat(model.batches).isEmpty();
  }

  @Test
  void writesALineOfJsonForEachEpoch(@TempDir Path folder) throws IOException {
    Path path = folder.resolve("metrics.jsonl");
    try (MetricsLog log = new MetricsLog(path, note -> {})) {
      train(new FakeModel(), SETTINGS, log.and(TrainListener.NONE), new StopFlag());
    }
    List<JsonNode> lines =
        Files.readAllLines(path).stream().map(JsonMapper.shared()::readTree).toList();
    assertThat(lines).hasSize(4);
    assertThat(lines.get(1).path("epoch").asInt()).isEqualTo(2);
    assertThat(lines.get(1).path("validation").path("accuracy").isNumber()).isTrue();
    assertThat(lines.get(3).path("event").asString()).isEqualTo("end");
    assertThat(lines.get(3).path("test").path("samples").asInt()).isEqualTo(20);
    assertThatThrownBy(() -> new MetricsLog(folder.resolve("none/metrics.jsonl"), note -> {}))
        .isInstanceOf(UserError.class);
  }

  @Test
  void severalBatchesMakeAStep() {
    FakeModel model = new FakeModel();
    FinalReport report = train(model, SETTINGS.accumulating(3), TrainListener.NONE, new StopFlag());
    assertThat(report.steps()).isEqualTo(3 * 3);
    assertThat(model.steps).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9);
    assertThat(model.runs.getOrDefault("accumulate_step", 0)).isEqualTo(3 * 4);
  }

  @Test
  void endsEarlyWhenNothingGetsBetter() {
    Recorder recorder = new Recorder();
    EarlyStop rule = new EarlyStop(1, "training.loss", 10, false);
    FinalReport report =
        train(new FakeModel(), SETTINGS.stoppingEarly(rule), recorder, new StopFlag());
    assertThat(recorder.epochs).hasSize(2);
    assertThat(recorder.notes)
        .containsExactly("training ends early: training.loss was not better for 1 epochs");
    assertThat(report.test()).isPresent();
    EarlyStop patient = new EarlyStop(1, "validation.accuracy", 0, false);
    Recorder all = new Recorder();
    train(new FakeModel(), SETTINGS.withSteps(9).stoppingEarly(patient), all, new StopFlag());
    assertThat(all.notes).isEmpty();
  }

  @Test
  void endsWithTheBestWeightsWhereItIsTold() {
    FakeModel first = new FakeModel();
    train(first, SETTINGS.withSteps(first(SETTINGS)), TrainListener.NONE, new StopFlag());
    FakeModel model = new FakeModel();
    Recorder recorder = new Recorder();
    EarlyStop rule = new EarlyStop(1, "training.loss", 10, true);
    train(model, SETTINGS.stoppingEarly(rule), recorder, new StopFlag());
    assertThat(recorder.notes)
        .containsExactly(
            "training ends early: training.loss was not better for 1 epochs",
            "the weights are those of epoch 1, which was the best");
    assertThat(weights(model)).isEqualTo(weights(first));
  }

  /** The steps of the first epoch. */
  private static long first(TrainSettings settings) {
    return Math.ceilDiv(Points.loaded().training().size(), settings.batch());
  }

  private static FinalReport train(
      FakeModel model, TrainSettings settings, TrainListener listener, StopFlag stop) {
    return new Trainer(model, settings, Points.loaded(), listener, stop).train();
  }

  private static List<Float> weights(FakeModel model) {
    List<Float> weights = new ArrayList<>();
    for (float weight : model.state("fc.weight").toArray(ValueLayout.JAVA_FLOAT)) {
      weights.add(weight);
    }
    return weights;
  }

  /** Keeps what it hears. */
  private static final class Recorder implements TrainListener {

    final List<BatchReport> batches = new ArrayList<>();
    final List<EpochReport> epochs = new ArrayList<>();
    final List<String> notes = new ArrayList<>();

    @Override
    public void noted(String message) {
      notes.add(message);
    }

    @Override
    public void batchDone(BatchReport report) {
      batches.add(report);
    }

    @Override
    public void epochDone(EpochReport report) {
      epochs.add(report);
    }
  }
}
