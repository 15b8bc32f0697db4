// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands that say whether and how a model learns. */
final class LearningCommandsTest {

  @TempDir private Path folder;

  private Path program(String layers) throws IOException {
    return Files.writeString(
        folder.resolve("m.dl"),
        """
        model M(point: f32[2]) -> f32[3] {
          %s
        }
        train M {
          data spirals(classes=3, count=300) loss cross_entropy
          optimizer adam(lr=0.02) batch 16 epochs 1 seed 1
        }
        """
            .formatted(layers));
  }

  @Test
  void overfitSaysYesOrNo() throws IOException {
    Shell yes = Shell.dlc("overfit", program("linear(32) tanh linear(32) tanh linear(3)"));
    assertThat(yes.code()).as(yes.out() + yes.err()).isZero();
    assertThat(yes.out()).contains("yes, it can learn: after").contains("▇");
    Shell no = Shell.dlc("overfit", program("linear(3) it = 0.0 * it"), "--steps", 20, "--json");
    assertThat(no.code()).isOne();
    assertThat(no.out()).startsWith("{\"verdict\":\"fails\"");
  }

  @Test
  void lrFindSuggestsAndDraws() throws IOException {
    Path program = program("linear(32) tanh linear(3)");
    Path picture = folder.resolve("lr.svg");
    Shell result = Shell.dlc("lr-find", program, "-o", picture);
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out()).contains("◀ steepest").contains("suggested learning rate: 0.0");
    assertThat(Files.readString(picture)).contains("<svg");
    assertThat(Shell.dlc("lr-find", program, "-o", "lr.gif").err()).contains("is no picture");
  }

  @Test
  void gradcheckPointsAtWhatIsWrong() throws IOException {
    Shell result = Shell.dlc("gradcheck", program("linear(3) it = it + stop_gradient(it)"));
    assertThat(result.code()).isOne();
    assertThat(result.out()).contains("MISS");
    assertThat(result.err())
        .contains("error[E0609]: the gradient of 'linear_0.weight' is not the slope of the loss")
        .contains("m.dl:2:3");
  }

  @Test
  void checkAndTrainWarn() throws IOException {
    Path program = program("let side = it -> linear(2)\n  linear(3)");
    assertThat(Shell.dlc("check", program).err()).contains("warning[W0701]");
    assertThat(Shell.dlc("train", program, "--no-report").err()).contains("warning[W0701]");
    assertThat(Shell.dlc("train", program, "--no-report", "--quiet").err()).isEmpty();
    assertThat(Shell.dlc("explain", "w0701").out()).contains("whatever its value");
  }
}
