// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ctrl-C ends training after the step that is under way; a second one ends it at once. */
final class InterruptionTest {

  private static final String QUICK_STEPS =
      """
      model Spirals(x: f32[2]) -> f32[3] { linear(8) batchnorm1d relu dropout(0.2) linear(3) }
      train Spirals {
        data spirals(classes=3, count=600) split validation=0.1
        loss cross_entropy optimizer adam(lr=0.01) batch 16 epochs 200 seed 5
      }
      """;

  /** Takes seconds for a step. */
  private static final String LONG_STEPS =
      """
      model Wide(image: f32[1, 28, 28]) -> f32[10] {
        flatten linear(1024) relu
        same: linear(1024) relu
        repeat 7 { same relu }
        linear(10)
      }
      train Wide {
        data digits(count=5000)
        loss cross_entropy optimizer sgd(lr=0.01) batch 4000 epochs 50
      }
      """;

  @TempDir private Path folder;
  private Path run = Path.of("");

  @BeforeEach
  void hearsInterrupts() throws IOException {
    assumeTrue(Shell.hearsInterrupts(), "Ctrl-C is ignored by what runs these tests");
    run = folder.resolve("run");
  }

  @Test
  void theFirstSavesReportsAndTrainingGoesOnToTheSameBits()
      throws IOException, InterruptedException {
    Path program = Files.writeString(folder.resolve("spirals.dl"), QUICK_STEPS);
    Path whole = folder.resolve("whole.safetensors");
    assertThat(Shell.dlc("train", program, "--no-report", "--save", whole).code()).isZero();
    Path weights = folder.resolve("weights.safetensors");
    Path report = folder.resolve("report");
    Object[] training = {
      "train", program, "--save", weights, "--report", report, "--checkpoint-dir", run, "--resume"
    };
    Process process = Shell.start(folder, Map.of(), training);
    awaitCheckpoint(process);
    Shell.interrupt(process);
    Shell stopped = Shell.ended(folder, process);
    assertThat(stopped.code()).as(stopped.err()).isZero();
    assertThat(stopped.err())
        .contains("stopping after this step … Ctrl-C again leaves at once")
        .contains("saved " + weights)
        .contains("report " + report.resolve("report.html"));
    assertThat(stopped.out()).contains("epoch 1/200").doesNotContain("epoch 200/200", "test loss");
    assertThat(Files.readString(report.resolve("report.html"))).contains("<h1>");

    Path last = checkpoints().getLast();
    Shell rest = Shell.dlc(training);
    assertThat(rest.code()).as(rest.err()).isZero();
    assertThat(rest.err())
        .contains("note: going on from " + last)
        .doesNotContain("the loss does not fall");
    assertThat(weights).hasSameBinaryContentAs(whole);
  }

  @Test
  void theSecondLeavesAtOnceAndTheLastCheckpointIsWhole() throws IOException, InterruptedException {
    Path program = Files.writeString(folder.resolve("wide.dl"), LONG_STEPS);
    Object[] training = {
      "train", program, "--no-report", "--checkpoint-dir", run, "--checkpoint-every-steps", 1
    };
    Process process = Shell.start(folder, Map.of(), training);
    awaitCheckpoint(process);
    Shell.interrupt(process);
    while (process.isAlive() && !Shell.said(folder).contains("stopping after this step")) {
      TimeUnit.MILLISECONDS.sleep(2);
    }
    Path last = checkpoints().getLast();
    Shell.interrupt(process);
    Shell left = Shell.ended(folder, process);
    assertThat(left.code()).as(left.err()).isEqualTo(130);
    assertThat(checkpoints().getLast()).as("the step was not finished").isEqualTo(last);
    long step = Long.parseLong(last.getFileName().toString().replaceAll("\\D", ""));
    Shell rest =
        Shell.dlc(
            "train", program, "--no-report", "--checkpoint-dir", run, "--resume", "--steps", step);
    assertThat(rest.code()).as(rest.err()).isZero();
    assertThat(rest.err()).contains("note: going on from %s: step %d".formatted(last, step));
  }

  private void awaitCheckpoint(Process process) throws IOException, InterruptedException {
    while (process.isAlive() && checkpoints().isEmpty()) {
      TimeUnit.MILLISECONDS.sleep(2);
    }
  }

  /** The checkpoints, the newest last. */
  private List<Path> checkpoints() throws IOException {
    if (!Files.isDirectory(run)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(run)) {
      return files
          .filter(each -> each.getFileName().toString().startsWith("step-"))
          .filter(each -> each.getFileName().toString().endsWith(".safetensors"))
          .sorted()
          .toList();
    }
  }
}
