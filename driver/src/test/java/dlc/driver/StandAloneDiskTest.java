// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dlc.driver.CompiledProgram.Run;
import dlc.testkit.SmallDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A disk that is full, or may not be written to, costs a compiled program nothing but that. */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
final class StandAloneDiskTest {

  /** A file of weights takes 30 kB, a checkpoint three times as much. */
  private static final String SOURCE =
      """
      model Net(image: f32[1, 28, 28]) -> f32[10] { flatten linear(10) }
      train Net {
        data digits(count=200) loss cross_entropy optimizer adam(lr=0.01) batch 20 epochs 8
      }
      """;

  @TempDir private static Path folder;

  private static CompiledProgram program = new CompiledProgram(Path.of(""));

  private final Path disk = folder.resolve("disk");

  @BeforeAll
  static void compile() {
    program = CompiledProgram.of(folder, SOURCE);
  }

  @Test
  void aFullDiskKeepsTheWeightsThatAreThere() throws IOException, InterruptedException {
    try (SmallDisk _ = SmallDisk.mount(disk, "size=48k")) {
      assertThat(program.run("train", "--steps", "3", "--save", "disk/w").status()).isZero();
      byte[] before = Files.readAllBytes(disk.resolve("w"));
      Run run = program.run("train", "--save", "disk/w");
      assertThat(run.status()).isEqualTo(1);
      assertThat(run.errors())
          .contains("error[E0603]: cannot write disk/w: No space left on device")
          .contains("make room on the disk");
      assertThat(disk.resolve("w")).hasBinaryContent(before);
      assertThat(names(disk)).containsExactly("w");
    }
  }

  @Test
  void checkpointsThatDoNotFitAreLeftOutAndTheLastGoodOneStays()
      throws IOException, InterruptedException {
    try (SmallDisk _ = SmallDisk.mount(disk, "size=160k")) {
      Run run = program.run("train", "--save", "w", "--checkpoint-dir", "disk/c", "--epochs", "3");
      assertThat(run.status()).isZero();
      assertThat(run.errors())
          .contains("no checkpoint of step 16: cannot write disk/c/step-000000016.safetensors")
          .contains("No space left on device; training goes on", "saved w");
      assertThat(names(disk.resolve("c"))).containsExactly("step-000000008.safetensors");
      program.run("train", "--epochs", "3", "--save", "whole");
      assertThat(folder.resolve("w")).hasSameBinaryContentAs(folder.resolve("whole"));
      Run rest =
          program.run(
              "train", "--epochs", "3", "--resume", "--checkpoint-dir", "disk/c", "--save", "w2");
      assertThat(rest.errors()).contains("going on from disk/c/step-000000008.safetensors");
      assertThat(folder.resolve("w2")).hasSameBinaryContentAs(folder.resolve("whole"));
    }
  }

  @Test
  void aReportThatDoesNotFitEndsNoTraining() throws IOException, InterruptedException {
    try (SmallDisk _ = SmallDisk.mount(disk, "size=4k")) {
      Files.write(disk.resolve("much"), new byte[4096 - 1]);
      Run run = program.run("train", "--report", "disk", "--save", "w");
      assertThat(run.status()).isZero();
      assertThat(run.errors())
          .contains("cannot write disk/metrics.jsonl: No space left on device")
          .contains("training goes on without a report", "saved w");
    }
  }

  @Test
  void whereNothingMayBeWrittenTrainingDoesNotBegin() throws IOException, InterruptedException {
    try (SmallDisk _ = SmallDisk.mount(disk, "ro")) {
      for (String option : List.of("--save=disk/w", "--checkpoint-dir=disk", "--report=disk")) {
        Run run = program.run("train", option);
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.errors())
            .contains("error[E0603]: cannot write disk")
            .doesNotContain("saved");
        assertThat(run.output()).isEmpty();
      }
    }
  }

  @Test
  void aFolderThatVanishesIsMadeAnew() throws IOException, InterruptedException {
    Path checkpoints = folder.resolve("vanishing");
    Process process =
        program.start(
            Map.of(),
            folder.resolve("out"),
            folder.resolve("err"),
            "train",
            "--epochs=3000",
            "--checkpoint-dir=vanishing");
    while (process.isAlive() && names(checkpoints).isEmpty()) {
      Thread.sleep(1);
    }
    Files.move(checkpoints, folder.resolve("elsewhere"));
    assertThat(process.waitFor()).isZero();
    assertThat(names(checkpoints)).contains("step-000024000.safetensors");
  }

  @Test
  void outputThatCannotBeWrittenIsSaidWhenAllIsSaved() throws IOException {
    Path errors = folder.resolve("errors");
    Process process =
        program.start(Map.of(), Path.of("/dev/full"), errors, "train", "--save", "full");
    assertThat(process.onExit().join().exitValue()).isEqualTo(1);
    assertThat(errors)
        .content()
        .contains("error[E0603]: cannot write standard output: No space left on device");
    program.run("train", "--save", "whole");
    assertThat(folder.resolve("full")).hasSameBinaryContentAs(folder.resolve("whole"));
  }

  /** What holds for the trainer's files, too: see AtomicFileTest. */
  @Test
  void devicesAndPipesAreWrittenIntoAndStayWhatTheyAre() throws Exception {
    program.run("train", "--save", "whole");
    Path pipe = folder.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    CompletableFuture<byte[]> read =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return Files.readAllBytes(pipe);
              } catch (IOException failure) {
                return new byte[0];
              }
            });
    assertThat(program.run("train", "--save", "pipe").status()).isZero();
    assertThat(read.get()).isEqualTo(Files.readAllBytes(folder.resolve("whole")));
    assertThat(Files.isRegularFile(pipe)).isFalse();
    assertThat(program.run("train", "--save", "/dev/null").status()).isZero();
    assertThat(Files.isRegularFile(Path.of("/dev/null"))).isFalse();
    Run full = program.run("train", "--save", "/dev/full");
    assertThat(full.status()).isEqualTo(1);
    assertThat(full.errors()).contains("cannot write /dev/full: No space left on device");
  }

  private static List<String> names(Path place) throws IOException {
    if (!Files.isDirectory(place)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(place)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
