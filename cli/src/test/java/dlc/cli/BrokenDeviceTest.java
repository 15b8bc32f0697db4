// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What a device does wrong ends in a message, in {@code dlc} and in compiled programs alike. The
 * device is a library of ours that fails as it is told to.
 */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
final class BrokenDeviceTest {

  private static final String PROGRAM =
      """
      model Spirals(x: f32[2]) -> f32[3] {
        linear(40) tanh
        linear(3)
      }
      train Spirals {
        data spirals(classes=3, count=90)
        loss cross_entropy
        optimizer sgd(lr=0.1)
        batch 30
      }
      """;

  @TempDir private static Path folder;

  private static FakeOpenCl device = new FakeOpenCl(Path.of(""));

  @BeforeAll
  static void makeLibraryAndProgram() throws IOException, InterruptedException {
    device = FakeOpenCl.in(folder);
    device.compile("spirals", PROGRAM);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          broken | error[E0901]: the OpenCL driver Fake is broken: CL_OUT_OF_HOST_MEMORY
          small  | kB of memory of opencl:0 (Fake 3000), of which
          build  | _add of spirals.dl:2
          lost   | error[E0902]: opencl:0 (Fake 3000): it does not run the kernel
          """)
  void whatFailsIsSaid(String how, String message) throws IOException, InterruptedException {
    Shell trained = train(how, "spirals.dl");
    assertThat(trained.code()).isEqualTo(1);
    String log = how.equals("build") ? "fake.cl:40:7: error: this line is too good\n" : "";
    assertThat(trained.err()).contains(message, log, "= help: ");
    Shell compiled = device.program(how, "spirals", "train", "--quiet");
    assertThat(compiled.code()).isEqualTo(1);
    assertThat(compiled.err()).contains(message, log, "--device cpu");
    Shell fallen = device.program(how, "spirals", "train", "--quiet", "--device", "cpu");
    assertThat(fallen.code()).as(fallen.err()).isZero();
  }

  @Test
  void anExtensionThatIsMissingIsNamed() throws IOException, InterruptedException {
    Files.writeString(
        folder.resolve("doubles.dl"), PROGRAM.replace("batch 30", "batch 30\n  precision f64"));
    Shell trained = train("narrow", "doubles.dl");
    assertThat(trained.code()).isEqualTo(1);
    assertThat(trained.err())
        .contains("opencl:0 (Fake 3000) computes no f64: it lacks cl_khr_fp64", "--device cpu");
    Shell able = train("", "doubles.dl", "--steps=1");
    assertThat(able.code()).as(able.err()).isZero();
  }

  /** A product that is made by groups of 128 or more elsewhere, and small steps by groups of 64. */
  @Test
  void smallGroupsSuffice() throws IOException, InterruptedException {
    device.compile(
        "wide",
        PROGRAM
            .replace("linear(40) tanh", "linear(512) tanh linear(512) relu")
            .replace("count=90", "count=640")
            .replace("batch 30", "batch 128"));
    // There are more kernels, as small steps are no longer one launch of one group.
    assertThat(kernelsByDlc("tight")).isGreaterThan(kernelsByDlc(""));
    assertThat(kernelsByProgram("tight")).isGreaterThan(kernelsByProgram(""));
  }

  private static int kernelsByDlc(String how) throws IOException, InterruptedException {
    return kernels(train(how, "wide.dl", "--steps=1", "--no-report"));
  }

  private static int kernelsByProgram(String how) throws IOException, InterruptedException {
    return kernels(device.program(how, "wide", "train", "--quiet", "--steps=1"));
  }

  private static int kernels(Shell trained) throws IOException {
    assertThat(trained.code()).as(trained.err()).isZero();
    return device.counts().kernels();
  }

  @Test
  void theCheckpointOutlivesTheDevice() throws IOException, InterruptedException {
    Shell lost =
        train(
            "late",
            "spirals.dl",
            "--epochs=5",
            "--checkpoint-dir=saved",
            "--checkpoint-every-steps=1");
    assertThat(lost.code()).isEqualTo(1);
    assertThat(lost.err()).contains("it does not run the kernel", "was saved before is unharmed");
    assertThat(folder.resolve("saved")).isNotEmptyDirectory();
    Shell resumed =
        device.dlc(
            "late",
            "train",
            "spirals.dl",
            "--device=cpu",
            "--resume",
            "--epochs=5",
            "--checkpoint-dir=saved",
            "--checkpoint-every-steps=1");
    assertThat(resumed.code()).as(resumed.err()).isZero();
    assertThat(resumed.out()).contains("epoch 5/5").doesNotContain("epoch 1/5");
  }

  private static Shell train(String how, String program, String... options)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("train", program, "--device=opencl", "--quiet"));
    command.addAll(List.of(options));
    return device.dlc(how, command.toArray());
  }
}
