// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dlc.opencl.device.OpenCl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/**
 * A run that is killed at random moments, in the midst of starting and of writing too, and goes on
 * each time, ends with the bits of one that was left alone.
 */
final class KillTest {

  private static final int KILLS = 20;

  /** From its first new checkpoint on, in milliseconds; one kill of four comes before it. */
  private static final int LONGEST_LIFE = 200;

  private static final String PROGRAM =
      """
      model Spirals(x: f32[2]) -> f32[3] {
        linear(8) batchnorm1d relu dropout(0.2) linear(3)
      }
      train Spirals {
        data spirals(classes=3, count=600)
        split validation=0.1
        loss cross_entropy
        optimizer adam(lr=0.01)
        schedule warmup(steps=10), plateau(factor=0.5, patience=1, threshold=0.5)
        accumulate 2
        ema decay=0.9
        batch 16
        epochs 60
        stop patience=100, min_delta=0.05, restore=true
        seed 5
        checkpoint keep="best"
      }
      """;

  @TempDir private static Path parent;
  private static Executable cpu = () -> {};
  private static Executable openCl = () -> {};

  @BeforeAll
  static void begin() {
    cpu = Ahead.begin(() -> killAndGoOn("cpu"));
    openCl =
        Ahead.begin(
            () -> {
              assumeTrue(!OpenCl.devices().isEmpty(), "no OpenCL: apt-get install pocl-opencl-icd");
              killAndGoOn("opencl");
            });
  }

  @Test
  void twentyKillsChangeNothing() throws Throwable {
    cpu.execute();
  }

  @Test
  void twentyKillsChangeNothingOnAnOpenClDevice() throws Throwable {
    openCl.execute();
  }

  private static void killAndGoOn(String device) throws IOException, InterruptedException {
    Path folder = Files.createDirectory(parent.resolve(device));
    Path program = Files.writeString(folder.resolve("spirals.dl"), PROGRAM);
    Path whole = folder.resolve("whole.safetensors");
    Path resumed = folder.resolve("resumed.safetensors");
    Shell unbroken =
        Shell.inProcess(folder, Map.of(), "train", program, "--device", device, "--save", whole);
    assertThat(unbroken.code()).as(unbroken.err()).isZero();
    assertThat(unbroken.err()).contains("which was the best");
    Path run = folder.resolve("run");
    Object[] training = {
      "train",
      program,
      "--device",
      device,
      "--save",
      resumed,
      "--no-report",
      "--checkpoint-dir",
      run,
      "--checkpoint-every-steps",
      1,
      "--resume"
    };
    long seed = System.nanoTime();
    SplittableRandom moments = new SplittableRandom(seed);
    for (int killed = 0; killed < KILLS; ) {
      long before = newest(run);
      boolean early = moments.nextInt(4) == 0;
      Process process = Shell.start(folder, Map.of(), training);
      while (process.isAlive() && !early && newest(run) <= before) {
        TimeUnit.MILLISECONDS.sleep(1);
      }
      int life = moments.nextInt(early ? 5 * LONGEST_LIFE : LONGEST_LIFE);
      if (process.waitFor(life, TimeUnit.MILLISECONDS)) {
        // It was done before it was killed: what it learned is right, and all begins anew.
        assertThat(process.exitValue()).as(Shell.said(folder)).isZero();
        assertThat(resumed).hasSameBinaryContentAs(whole);
        Files.delete(resumed);
        clear(run);
      } else {
        process.destroyForcibly().waitFor();
        killed++;
      }
    }
    Shell last = Shell.inProcess(folder, Map.of(), training);
    assertThat(last.code()).as(last.err()).isZero();
    assertThat(last.err()).contains("note: going on from " + run.resolve("step-"));
    assertThat(resumed).as("seed of the moments: %d", seed).hasSameBinaryContentAs(whole);
    assertThat(last.out()).endsWith(unbroken.out().substring(unbroken.out().indexOf("test loss")));
  }

  private static void clear(Path run) throws IOException {
    try (Stream<Path> files = Files.list(run)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
  }

  /** The step of the newest checkpoint, 0 before the first. */
  private static long newest(Path run) throws IOException {
    if (!Files.isDirectory(run)) {
      return 0;
    }
    try (Stream<Path> files = Files.list(run)) {
      return files
          .map(each -> each.getFileName().toString())
          .filter(name -> name.startsWith("step-"))
          .mapToLong(name -> Long.parseLong(name.substring(5, 14)))
          .max()
          .orElse(0);
    }
  }
}
