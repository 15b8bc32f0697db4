// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dlc.cli.FakeOpenCl.Counts;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Steps are asked for one after the other; nobody waits for each to be done, and the inputs of the
 * next one come while the device is still at the one before.
 */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
final class DeviceWaitsTest {

  private static final String PROGRAM =
      """
      model Spirals(x: f32[2]) -> f32[3] {
        linear(40) tanh
        linear(3)
      }
      train Spirals {
        data spirals(classes=3, count=1500)
        loss cross_entropy
        optimizer sgd(lr=0.1)
        batch 10
        metrics accuracy
      }
      """;

  private static final int STEPS = 100;

  @TempDir private static Path folder;

  private static FakeOpenCl device = new FakeOpenCl(Path.of(""));

  @BeforeAll
  static void makeLibraryAndProgram() throws IOException, InterruptedException {
    device = FakeOpenCl.in(folder);
    device.compile("spirals", PROGRAM);
  }

  @Test
  void stepsAreNotWaitedFor() throws IOException, InterruptedException {
    check(DeviceWaitsTest::train);
  }

  @Test
  void compiledProgramsDoNotWaitEither() throws IOException, InterruptedException {
    check(steps -> device.program("", "spirals", "train", "--quiet", "--steps=" + steps));
  }

  private static Shell train(int steps) throws IOException, InterruptedException {
    return device.dlc(
        "", "train", "spirals.dl", "--device=opencl", "--quiet", "--no-report", "--steps=" + steps);
  }

  private interface Training {
    Shell of(int steps) throws IOException, InterruptedException;
  }

  /** What is read once each 64 steps is read once more in a hundred, and once at the end. */
  private static void check(Training training) throws IOException, InterruptedException {
    Counts one = counts(training, 1);
    Counts many = counts(training, STEPS);
    assertThat(many.kernels()).isGreaterThan((STEPS - 1) * 4 + one.kernels());
    assertThat(many.waits() - one.waits()).isLessThanOrEqualTo(2);
    assertThat(many.beside() - one.beside()).isEqualTo(STEPS - 1);
  }

  private static Counts counts(Training training, int steps)
      throws IOException, InterruptedException {
    Shell trained = training.of(steps);
    assertThat(trained.code()).as(trained.err()).isZero();
    return device.counts();
  }
}
