// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training that is killed goes on to the same bits. */
final class ResumeTest {

  private static final String PROGRAM =
      """
      param rate: float = 0.01
      model Spirals(x: f32[2]) -> f32[3] {
        linear(8) batchnorm1d relu dropout(0.2) linear(3)
      }
      train Spirals {
        data spirals(classes=3, count=600)
        split validation=0.1
        loss cross_entropy
        optimizer adam(lr=rate)
        schedule warmup(steps=10), plateau(factor=0.5, patience=1, threshold=0.5)
        accumulate 2
        ema decay=0.9
        batch 16
        epochs 4
        seed 5
        checkpoint keep="best"
      }
      """;

  @TempDir private Path folder;
  private Path program = Path.of("");

  @BeforeEach
  void writeProgram() throws IOException {
    program = Files.writeString(folder.resolve("spirals.dl"), PROGRAM);
  }

  @Test
  void killsAtAnyMomentChangeNothing() throws IOException, InterruptedException {
    Path whole = folder.resolve("whole.safetensors");
    Shell unbroken = Shell.dlc("train", program, "--save", whole, "--threads", 1);
    assertThat(unbroken.code()).as(unbroken.err()).isZero();
    Path run = folder.resolve("run");
    for (int kill = 0; kill < 2; kill++) {
      Process process = start("--checkpoint-dir", run, "--checkpoint-every-steps", 1, "--resume");
      int before = kill == 0 ? 0 : newest(run);
      while (process.isAlive() && newest(run) < before + 3 + 7 * kill) {
        TimeUnit.MILLISECONDS.sleep(1);
      }
      process.destroyForcibly().waitFor();
    }
    assertThat(newest(run)).isGreaterThan(0);
    Path resumed = folder.resolve("resumed.safetensors");
    Shell last =
        Shell.dlc("train", program, "--checkpoint-dir", run, "--resume", "--save", resumed);
    assertThat(last.code()).as(last.err()).isZero();
    assertThat(last.err()).contains("note: going on from " + run.resolve("step-"));
    assertThat(Files.readAllBytes(resumed)).isEqualTo(Files.readAllBytes(whole));
    assertThat(last.out()).endsWith(unbroken.out().substring(unbroken.out().indexOf("test loss")));
  }

  private Process start(Object... options) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-XX:TieredStopAtLevel=1", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.addAll(List.of(Main.class.getName(), "train", program.toString()));
    Stream.of(options).map(Object::toString).forEach(command::add);
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("output.txt").toFile())
        .start();
  }

  /** The step of the newest checkpoint, 0 before the first. */
  private static int newest(Path run) throws IOException {
    if (!Files.isDirectory(run)) {
      return 0;
    }
    try (Stream<Path> files = Files.list(run)) {
      return files
          .map(each -> each.getFileName().toString())
          .filter(name -> name.startsWith("step-"))
          .mapToInt(name -> Integer.parseInt(name.substring(5, 14)))
          .max()
          .orElse(0);
    }
  }

  @Test
  void theProgramSaysHowOftenAndHowManyAreKept() throws IOException {
    Path run = folder.resolve("run");
    Files.writeString(program, PROGRAM.replace("keep=\"best\"", "every=3, keep=1"));
    Shell training = Shell.dlc("train", program, "--epochs", 6, "--checkpoint-dir", run);
    assertThat(training.code()).as(training.err()).isZero();
    assertThat(newest(run)).isEqualTo(6 * 14);
    try (Stream<Path> files = Files.list(run)) {
      assertThat(files).hasSize(1);
    }
    // Epochs 3 and 6 are saved, and so is where training ends.
    Shell shorter =
        Shell.dlc(
            "train", program, "--epochs", 6, "--steps", 5 * 14 - 1, "--checkpoint-dir", run, "-q");
    assertThat(shorter.code()).as(shorter.err()).isZero();
    assertThat(newest(run)).isEqualTo(5 * 14 - 1);
  }

  @Test
  void theRateIsShownAndLogged() throws IOException {
    Path report = folder.resolve("report");
    Path run = folder.resolve("run");
    Shell first =
        Shell.dlc(
            "train",
            program,
            "--report",
            report,
            "--checkpoint-dir",
            run,
            "--steps",
            17,
            "--epochs",
            2,
            "-D",
            "rate=0.02");
    assertThat(first.code()).as(first.err()).isZero();
    assertThat(first.out()).contains("epoch 1/2", "  lr 0.02  ");
    Shell second =
        Shell.dlc(
            "train",
            program,
            "--report",
            report,
            "--checkpoint-dir",
            run,
            "--resume",
            "--steps",
            30,
            "--epochs",
            2,
            "-D",
            "rate=0.02");
    assertThat(second.code()).as(second.err()).isZero();
    List<String> lines = Files.readAllLines(report.resolve("metrics.jsonl"));
    assertThat(lines).hasSize(3);
    assertThat(lines.get(0)).contains("\"epoch\":1,", "\"lr\":0.02,");
    assertThat(lines.get(1)).contains("\"epoch\":2,");
  }

  @Test
  void optionsThatNeedAFolderSaySo() {
    assertThat(Shell.dlc("train", program, "--resume").err())
        .contains("error[E0607]: --resume is given without --checkpoint-dir");
    assertThat(Shell.dlc("train", program, "--checkpoint-every-steps", 3).err())
        .contains("--checkpoint-every-steps is given without --checkpoint-dir");
    Path run = folder.resolve("run");
    assertThat(
            Shell.dlc("train", program, "--checkpoint-dir", run, "--checkpoint-every-steps", 0)
                .err())
        .contains("it must be at least 1");
  }
}
