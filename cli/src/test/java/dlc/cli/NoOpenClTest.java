// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Where OpenCL is missing, that is said in a sentence, and the CPU computes as ever. */
@EnabledOnOs(OS.LINUX)
final class NoOpenClTest {

  private static final String PROGRAM =
      """
      model Spirals(x: f32[2]) -> f32[3] { linear(4) tanh linear(3) }
      train Spirals {
        data spirals(classes=3, count=90)
        loss cross_entropy
        optimizer sgd(lr=0.1)
        batch 32
      }
      """;

  @TempDir private Path folder;
  private Path program = Path.of("");

  @BeforeEach
  void writeProgram() throws IOException {
    program = Files.writeString(folder.resolve("spirals.dl"), PROGRAM);
  }

  @Test
  void aMissingLibraryIsNamed() throws IOException, InterruptedException {
    Path libraries = Files.createDirectory(folder.resolve("libraries"));
    // The loader takes the first file of a name, and these are no libraries.
    Files.createFile(libraries.resolve("libOpenCL.so.1"));
    Files.createFile(libraries.resolve("libOpenCL.so"));
    check(
        "LD_LIBRARY_PATH",
        libraries,
        "OpenCL is not installed here: libOpenCL.so.1 cannot be loaded");
  }

  @Test
  void missingDriversAreTold() throws IOException, InterruptedException {
    check("OCL_ICD_VENDORS", folder.resolve("nowhere"), "OpenCL has no device here");
  }

  @Test
  void aDriverThatCannotBeLoadedIsNamed() throws IOException, InterruptedException {
    Path drivers = Files.createDirectory(folder.resolve("drivers"));
    Path driver = Files.writeString(drivers.resolve("odd.icd"), "libodd-opencl.so.1\n");
    check(
        "OCL_ICD_VENDORS",
        drivers,
        "the OpenCL driver of %s is broken: 'libodd-opencl.so.1' cannot be loaded"
            .formatted(driver));
  }

  private void check(String variable, Path value, String sentence)
      throws IOException, InterruptedException {
    Shell failed =
        Shell.inProcess(
            folder,
            Map.of(variable, value.toString()),
            "train",
            program,
            "--epochs",
            1,
            "--device",
            "opencl");
    assertThat(failed.code()).isEqualTo(1);
    assertThat(failed.err().lines()).hasSize(2).first().isEqualTo("error[E0901]: " + sentence);
    assertThat(failed.err()).contains("help: install", "the CPU computes");
    Shell devices = Shell.inProcess(folder, Map.of(variable, value.toString()), "devices");
    assertThat(devices.code()).isZero();
    assertThat(devices.out() + devices.err()).contains(sentence);
    Shell trained =
        Shell.inProcess(
            folder,
            Map.of(variable, value.toString()),
            "train",
            program,
            "--epochs",
            1,
            "--device",
            "auto");
    assertThat(trained.code()).as(trained.err()).isZero();
    assertThat(trained.out()).contains("epoch 1/1");
  }
}
