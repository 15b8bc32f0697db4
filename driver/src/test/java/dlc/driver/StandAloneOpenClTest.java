// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dlc.driver.CompiledProgram.Run;
import dlc.opencl.device.OpenCl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A compiled program computes on an OpenCL device what the trainer computes on it, to the bit. */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
final class StandAloneOpenClTest {

  /** Batches of two sizes, state of all kinds, a schedule that watches, constants. */
  private static final String PROGRAM =
      """
      param rate: float = 0.05
      model Net(x: f32[2]) -> f32[3] {
        linear(8) batchnorm1d relu dropout(0.1) linear(3)
      }
      train Net {
        data spirals(classes=3, count=90) split validation=24
        loss cross_entropy(weight=[0.5, 1.0, 1.5]) optimizer sgd(lr=rate, momentum=0.9)
        schedule plateau(factor=0.5, patience=0)
        ema decay=0.9 stop patience=5, on="validation.loss", restore=true
        batch 24 epochs 4 metrics accuracy, confusion_matrix seed 3
      }
      """;

  @TempDir private static Path folder;

  private static CompiledProgram program = new CompiledProgram(Path.of(""));

  @BeforeAll
  static void compile() {
    program =
        CompiledProgram.of(
            folder, PROGRAM, CompiledProgram.options(StandAlone.OtherDevices.OPENCL));
  }

  @Test
  void trainsAndGoesOnAsTheTrainerDoesOnThatDevice() throws IOException {
    assumeTrue(
        !OpenCl.devices().isEmpty(),
        () -> OpenCl.problem().orElse("") + ": install pocl-opencl-icd to run this test");
    Trained expected = Trained.by(folder, "opencl");
    Run whole = program.run("train", "--save", "w", "--json");
    assertThat(whole.errors()).contains(OpenCl.named("opencl").name());
    assertThat(Trained.withoutTimes(whole.output())).isEqualTo(expected.log());
    assertThat(folder.resolve("w")).hasBinaryContent(expected.weights());

    program.run("train", "--steps", "5", "--checkpoint-dir", "c", "--check-finite");
    Run rest = program.run("train", "--resume", "c", "--save", "w2");
    assertThat(rest.errors()).contains("going on from c/step-000000005.safetensors: step 5");
    assertThat(folder.resolve("w2")).hasBinaryContent(expected.weights());

    assertThat(program.run("eval", "--weights", "w").output())
        .isEqualTo(program.run("eval", "--weights", "w", "--device", "cpu").output());
    assertThat(program.run("predict", "--weights", "w", "0.5,0.5").output())
        .isEqualTo(program.run("predict", "--weights", "w", "0.5,0.5", "--device=cpu").output());
  }

  @Test
  void driversThatCannotBeLoadedAreNamed() throws IOException {
    Path drivers = Files.createDirectories(folder.resolve("drivers"));
    Path odd = Files.writeString(drivers.resolve("odd.icd"), " libodd-opencl.so.1 \nmore\n");
    Path none = Files.createFile(drivers.resolve("none.icd"));
    Files.writeString(drivers.resolve("readme.txt"), "no driver\n");
    String sentence = "the OpenCL driver of %s is broken: '%s' cannot be loaded";
    String oddIsBroken = sentence.formatted(odd, "libodd-opencl.so.1");
    Run all = program.run(Map.of("OCL_ICD_VENDORS", drivers.toString()), "train");
    assertThat(all.status()).isEqualTo(1);
    assertThat(all.errors())
        .startsWith(
            "error[E0901]: %s; %s\n  = help: install"
                .formatted(sentence.formatted(none, ""), oddIsBroken));
    Run one = program.run(Map.of("OCL_ICD_VENDORS", odd.toString()), "train");
    assertThat(one.errors()).startsWith("error[E0901]: " + oddIsBroken + "\n");
  }

  @Test
  void theProcessorComputesWhenToldTo() throws IOException {
    Trained expected = Trained.by(folder);
    Path empty = Files.createDirectories(folder.resolve("empty"));
    Files.write(empty.resolve("libOpenCL.so.1"), new byte[0]);
    Files.write(empty.resolve("libOpenCL.so"), new byte[0]);
    Map<String, String> nowhere = Map.of("LD_LIBRARY_PATH", empty.toString());
    Run refused = program.run(nowhere, "train", "--quiet");
    assertThat(refused.status()).isEqualTo(1);
    assertThat(refused.errors())
        .startsWith(
            "error[E0901]: OpenCL is not installed here: libOpenCL.so.1 cannot be loaded\n"
                + "  = help: install")
        .contains("--device cpu");
    for (String device : List.of("cpu", "auto")) {
      Run run = program.run(nowhere, "train", "--json", "--save", "w3", "--device", device);
      assertThat(Trained.withoutTimes(run.output())).isEqualTo(expected.log());
      assertThat(folder.resolve("w3")).hasBinaryContent(expected.weights());
    }
    assertThat(program.run(nowhere, "train", "--device", "gpu").errors())
        .contains("error[E0607]: there is no device 'gpu'", "--device takes cpu, opencl");
  }
}
