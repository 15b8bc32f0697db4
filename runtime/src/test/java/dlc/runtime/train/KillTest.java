// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that is killed at random moments, in the midst of writing too, loses nothing. */
final class KillTest {

  private static final int KILLS = 20;

  private static final int LONGEST_LIFE_MS = 200;

  @TempDir private Path folder;

  @Test
  void twentyKillsEndWithTheBitsOfAnUnbrokenRun() throws IOException, InterruptedException {
    FakeModel whole = new FakeModel();
    KilledTraining.train(whole, TrainListener.NONE, Optional.empty());
    long seed = System.nanoTime();
    SplittableRandom moments = new SplittableRandom(seed);
    int killed = 0;
    while (killed < KILLS) {
      String before = newest();
      Process process = start();
      while (process.isAlive() && newest().equals(before)) {
        TimeUnit.MILLISECONDS.sleep(1);
      }
      if (!process.waitFor(moments.nextInt(LONGEST_LIFE_MS), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly().waitFor();
        killed++;
      } else if (isDone()) {
        // Done before all kills: what it learned is right so far, and all begins anew.
        assertThat(folder.resolve("weights")).hasBinaryContent(KilledTraining.weights(whole));
        clear();
      } else {
        assertThat(process.exitValue()).as(Files.readString(log())).isZero();
      }
    }
    Process last = start();
    assertThat(last.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(last.exitValue()).as(Files.readString(log())).isZero();
    assertThat(folder.resolve("weights"))
        .as("seed of the moments: %d", seed)
        .hasBinaryContent(KilledTraining.weights(whole));
  }

  /** The name of the newest checkpoint. */
  private String newest() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.startsWith("step-"))
          .max(Comparator.naturalOrder())
          .orElse("");
    }
  }

  private boolean isDone() {
    return Files.exists(folder.resolve("weights"));
  }

  private void clear() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
  }

  private Path log() {
    return folder.resolve("log");
  }

  private Process start() throws IOException {
    String java = ProcessHandle.current().info().command().orElse("java");
    List<String> command =
        List.of(
            java,
            "--enable-native-access=ALL-UNNAMED",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            KilledTraining.class.getName(),
            folder.toString());
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(log().toFile())
        .start();
  }
}
