// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlc.base.CompilationFailed;
import dlc.runtime.train.BatchReport;
import dlc.runtime.train.FinalReport;
import dlc.runtime.train.Metric;
import dlc.runtime.train.StopFlag;
import dlc.runtime.train.TrainListener;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The library as a Java program uses it. */
final class DlcTest {

  @TempDir private Path folder;
  private Path file = Path.of("");

  @BeforeEach
  void writeProgram() throws IOException {
    file =
        Files.writeString(
            folder.resolve("spirals.dl"),
            """
            param width: int = 16
            model Spirals(point: f32[2]) -> f32[3] { linear(width) tanh linear(width) tanh linear(3) }
            train Spirals {
              data spirals(classes=3, count=1_500) split validation=0.1 loss cross_entropy
              optimizer adam(lr=0.02) batch 32 epochs 10 seed 1
            }
            """);
  }

  @Test
  void trainsSavesAndPredictsTheSameAgain() {
    Path weights = folder.resolve("spirals.safetensors");
    Prediction before;
    try (Dlc model = Dlc.compile(file)) {
      FinalReport report = model.train();
      assertThat(report.test().orElseThrow().metric(Metric.ACCURACY).orElseThrow())
          .isGreaterThan(0.9);
      model.save(weights);
      before = model.predict(new float[] {0.1f, 0.2f});
      assertThat(before.probabilities().orElseThrow().stream().mapToDouble(p -> p).sum())
          .isBetween(0.9999, 1.0001);
    }
    try (Dlc model = Dlc.compile(file)) {
      model.loadWeights(weights);
      assertThat(model.predict(new float[] {0.1f, 0.2f})).isEqualTo(before);
    }
  }

  @Test
  void paramsAndOptionsOverrideTheProgram() {
    RunOptions options = RunOptions.usual().withBatch(7).withSeed(3).withThreads(1);
    try (Dlc model = Dlc.compile(file, options, Map.of("width", "4"))) {
      assertThat(model.model().weightCount()).isEqualTo(12 + 20 + 15);
    }
  }

  @Test
  void aModelWithoutRandomWeightsTrains() throws IOException {
    Path plain =
        Files.writeString(
            folder.resolve("plain.dl"),
            """
            model Plain(x: f32[4]) -> f32[4] { batchnorm1d }
            train Plain { data random loss mse optimizer sgd(lr=0.1) steps 2 }
            """);
    try (Dlc model = Dlc.compile(plain)) {
      assertThat(model.train().test()).isPresent();
    }
  }

  @Test
  void aPredictorServesManyThreadsWithWhatOneThreadGets() throws Exception {
    try (Dlc model = Dlc.compile(file)) {
      model.training().epochs(2).train();
      float[] points = new float[2 * 50];
      for (int i = 0; i < points.length; i++) {
        points[i] = (i % 7 - 3) / 3f;
      }
      try (Predictor predictor = model.predictor(8);
          ExecutorService threads = Executors.newFixedThreadPool(4)) {
        // The first calls of all, which make it ready, come at once, too.
        CountDownLatch start = new CountDownLatch(1);
        List<Future<float[]>> all = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
          all.add(
              threads.submit(
                  () -> {
                    start.await();
                    return predictor.predict(points);
                  }));
        }
        start.countDown();
        float[] expected;
        try (Predictor alone = model.predictor(8)) {
          expected = alone.predict(points);
        }
        assertThat(expected).hasSize(3 * 50);
        for (Future<float[]> each : all) {
          assertThat(each.get()).containsExactly(expected);
        }
        MemorySegment results = MemorySegment.ofArray(new float[3 * 5]);
        predictor.predict(MemorySegment.ofArray(Arrays.copyOf(points, 10)), results);
        assertThat(results.toArray(JAVA_FLOAT)).containsExactly(Arrays.copyOf(expected, 15));
        try (Predictor.Call call = predictor.call()) {
          MemorySegment.copy(points, 0, call.input("point"), JAVA_FLOAT, 0, 16);
          call.run();
          assertThat(call.output("output").toArray(JAVA_FLOAT))
              .containsExactly(Arrays.copyOf(expected, 24));
          assertThatThrownBy(() -> call.input("x")).hasMessageContaining("point");
        }
      }
    }
  }

  @Test
  void aPredictorKeepsTheWeightsItWasMadeWith() {
    float[] point = {0.1f, 0.2f};
    try (Dlc model = Dlc.compile(file)) {
      model.training().steps(5).train();
      try (Predictor predictor = model.predictor(1)) {
        float[] before = predictor.predict(point);
        model.training().fromPresentWeights().epochs(1).train();
        assertThat(predictor.predict(point)).containsExactly(before);
        try (Predictor later = model.predictor(1)) {
          assertThat(later.predict(point)).isNotEqualTo(before);
        }
      }
      assertThat(model.evaluate().orElseThrow().samples()).isEqualTo(300);
    }
  }

  @Test
  void aStoppedRunGoesOnFromItsCheckpoints() {
    Path folder = this.folder.resolve("checkpoints");
    StopFlag stop = new StopFlag();
    TrainListener stopping =
        new TrainListener() {
          @Override
          public void batchDone(BatchReport report) {
            if (report.step() == 20) {
              stop.request();
            }
          }
        };
    float[] point = {0.3f, -0.2f};
    try (Dlc whole = Dlc.compile(file);
        Dlc halves = Dlc.compile(file)) {
      whole.training().epochs(2).train();
      assertThat(
              halves
                  .training()
                  .epochs(2)
                  .checkpoints(folder)
                  .listener(stopping)
                  .stopOn(stop)
                  .train())
          .matches(FinalReport::stopped);
      halves.training().epochs(2).checkpoints(folder).resume().train();
      assertThat(halves.predict(point)).isEqualTo(whole.predict(point));
    }
  }

  @Test
  void nothingIsPrintedAndNothingIsLeft() throws IOException {
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    System.setErr(System.out);
    try {
      long before = leastResidentBytes();
      for (int i = 0; i < 20; i++) {
        useOnce();
      }
      assertThat(leastResidentBytes() - before).isLessThan(48L << 20);
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
    assertThat(printed.toString(StandardCharsets.UTF_8)).isEmpty();
  }

  private void useOnce() {
    try (Dlc model = Dlc.compile(file)) {
      model.training().steps(3).checkFinite().train();
      try (Predictor predictor = model.predictor(4)) {
        predictor.predict(new float[8]);
      }
      model.predict(new float[2]);
    }
    System.gc();
  }

  /** After the fullest collections of some uses: the Java heap comes and goes by as much. */
  private long leastResidentBytes() throws IOException {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 6; i++) {
      useOnce();
      least = Math.min(least, residentBytes());
    }
    return least;
  }

  private static long residentBytes() throws IOException {
    String[] pages = Files.readString(Path.of("/proc/self/statm")).split(" ");
    return Long.parseLong(pages[1]) * 4096;
  }

  @Test
  void saysWhatIsMissing() {
    try (Dlc model = Dlc.compile(file)) {
      assertThatThrownBy(() -> model.predict(new float[2])).hasMessageContaining("no weights");
    }
  }

  @Test
  void aWrongProgramIsRefused() throws IOException {
    Path wrong = Files.writeString(folder.resolve("wrong.dl"), "model M(x: f32[2]) { linaer(3) }");
    assertThatThrownBy(() -> Dlc.compile(wrong)).isInstanceOf(CompilationFailed.class);
  }
}
