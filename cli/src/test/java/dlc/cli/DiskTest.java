// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dlc.testkit.SmallDisk;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A disk that fills or a folder that vanishes while a model is trained costs nothing but what
 * cannot be written: training ends with the same bits, the user is told once, and the last good
 * checkpoint stays.
 */
final class DiskTest {

  /** A checkpoint takes 95 kB. */
  private static final String PROGRAM =
      """
      model Net(image: f32[1, 28, 28]) -> f32[10] { flatten linear(10) }
      train Net {
        data digits(count=200) split validation=0.1 loss cross_entropy
        optimizer adam(lr=0.01) batch 20 epochs 4 seed 3
      }
      """;

  private static final int LONG = 300;

  @TempDir private Path folder;
  private Path program = Path.of("");
  private Path disk = Path.of("");

  @BeforeEach
  void writeProgram() throws IOException {
    program = Files.writeString(folder.resolve("net.dl"), PROGRAM);
    disk = Files.createDirectory(folder.resolve("disk"));
  }

  @Test
  void aDiskThatFillsKeepsTheLastGoodCheckpoint() throws IOException, InterruptedException {
    try (SmallDisk _ = SmallDisk.mount(disk, "size=160k")) {
      Path weights = folder.resolve("w");
      Path checkpoints = disk.resolve("c");
      Shell full = train("--checkpoint-dir", checkpoints, "--save", weights);
      assertThat(told(full, "no checkpoint of step"))
          .singleElement()
          .asString()
          .startsWith("note: no checkpoint of step 16: ")
          .contains("No space left on device")
          .endsWith("training goes on");
      assertThat(names(checkpoints)).containsExactly("step-000000008.safetensors");
      assertThat(weights).hasSameBinaryContentAs(whole());
      Path rest = folder.resolve("rest");
      Shell resumed = train("--checkpoint-dir", checkpoints, "--resume", "--save", rest);
      assertThat(resumed.err())
          .contains("going on from " + checkpoints)
          .contains(": step 8, epoch 2");
      assertThat(rest).hasSameBinaryContentAs(whole());
    }
  }

  @Test
  void aDiskThatFillsCostsTheReportAlone() throws IOException, InterruptedException {
    try (SmallDisk _ = SmallDisk.mount(disk, "size=48k")) {
      Path weights = folder.resolve("w");
      Shell full = train("--report", disk, "--save", weights);
      assertThat(full.err()).contains("No space left on device");
      assertThat(told(full, disk + "/metrics.jsonl").size()).isLessThan(2);
      assertThat(told(full, "the report is not whole")).hasSize(1);
      assertThat(weights).hasSameBinaryContentAs(whole());
    }
  }

  @Test
  void aFolderOfCheckpointsThatVanishesIsMadeAnew() throws IOException, InterruptedException {
    Path run = folder.resolve("run");
    Path elsewhere = folder.resolve("elsewhere");
    Process process = start("--checkpoint-dir", run);
    awaitFile(process, run, "step-");
    Files.move(run, elsewhere);
    Shell ended = Shell.ended(folder, process);
    assertThat(ended.code()).as(ended.err()).isZero();
    assertThat(names(run)).contains("step-%09d.safetensors".formatted(8 * LONG));
    assertThat(names(elsewhere)).isNotEmpty();
  }

  @Test
  void aFolderThatCannotBeMadeAnewIsToldOnce() throws IOException, InterruptedException {
    Path run = folder.resolve("run");
    Path elsewhere = folder.resolve("elsewhere");
    Process process = start("--checkpoint-dir", run);
    awaitFile(process, run, "step-");
    Files.move(run, elsewhere);
    // Between the two a checkpoint may have made the folder anew: then it goes out of the way, too.
    for (int i = 0; !isTaken(run); i++) {
      Files.move(run, folder.resolve("elsewhere-" + i));
    }
    Shell ended = Shell.ended(folder, process);
    assertThat(ended.code()).as(ended.err()).isZero();
    assertThat(told(ended, "no checkpoint of step")).hasSize(1);
    assertThat(ended.out()).contains("epoch %1$d/%1$d".formatted(LONG), "test loss");
    assertThat(names(elsewhere)).isNotEmpty();
  }

  private static boolean isTaken(Path run) throws IOException {
    try {
      Files.createFile(run);
      return true;
    } catch (FileAlreadyExistsException _) {
      return false;
    }
  }

  @Test
  void aReportThatVanishesEndsNoTraining() throws IOException, InterruptedException {
    Path report = folder.resolve("report");
    Process process = start("--report", report);
    awaitFile(process, report, "events.");
    Files.move(report, folder.resolve("elsewhere"));
    Shell ended = Shell.ended(folder, process);
    assertThat(ended.code()).as(ended.err()).isZero();
    assertThat(told(ended, "the report is not whole"))
        .singleElement()
        .asString()
        .contains("there is no folder " + report);
    assertThat(ended.out()).contains("epoch %1$d/%1$d".formatted(LONG), "test loss");
  }

  private Process start(Object... options) throws IOException {
    return Shell.start(folder, Map.of("DLC_RUNS", ""), words(options, "--epochs", LONG));
  }

  private Shell train(Object... options) {
    Shell result = Shell.dlc(words(options));
    assertThat(result.code()).as(result.err()).isZero();
    return result;
  }

  private Object[] words(Object[] options, Object... more) {
    return Stream.of(Stream.of("train", program), Stream.of(options), Stream.of(more))
        .flatMap(each -> each)
        .toArray();
  }

  /** The weights of a run with nothing in its way. */
  private Path whole() {
    Path path = folder.resolve("whole");
    train("--no-report", "--save", path);
    return path;
  }

  private static List<String> told(Shell shell, String what) {
    return shell.err().lines().filter(line -> line.contains(what)).toList();
  }

  private static void awaitFile(Process process, Path folder, String prefix)
      throws IOException, InterruptedException {
    while (process.isAlive() && names(folder).stream().noneMatch(each -> each.startsWith(prefix))) {
      TimeUnit.MILLISECONDS.sleep(2);
    }
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
