// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Steps are asked for one after the other; nobody waits for each to be done. */
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

  private static final Pattern LOG = Pattern.compile("(\\d+) kernels, (\\d+) waits");

  @TempDir private static Path folder;

  private record Counts(int kernels, int waits) {}

  @BeforeAll
  static void writeProgram() throws IOException {
    Files.writeString(folder.resolve("spirals.dl"), PROGRAM);
  }

  @Test
  void stepsAreNotWaitedFor() throws IOException, InterruptedException {
    FakeOpenCl library = FakeOpenCl.in(folder);
    Counts one = counts(library, "--steps=1");
    Counts many = counts(library, "--steps=100");
    assertThat(many.kernels()).isGreaterThan(99 * 4 + one.kernels());
    assertThat(many.waits() - one.waits()).isLessThanOrEqualTo(2);
  }

  private static Counts counts(FakeOpenCl library, String steps)
      throws IOException, InterruptedException {
    List<Object> command =
        new ArrayList<>(
            List.of("train", "spirals.dl", "--device=opencl", "--quiet", "--no-report"));
    command.add(steps);
    Shell trained = Shell.inProcess(folder, library.environment(""), command.toArray());
    assertThat(trained.code()).as(trained.err()).isZero();
    MatchResult counts =
        LOG.matcher(Files.readString(library.log())).results().findFirst().orElseThrow();
    return new Counts(Integer.parseInt(counts.group(1)), Integer.parseInt(counts.group(2)));
  }
}
