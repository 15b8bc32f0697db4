// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
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

  private void check(String variable, Path value, String sentence)
      throws IOException, InterruptedException {
    Shell failed = dlc(variable, value, "train", program, "--epochs", 1, "--device", "opencl");
    assertThat(failed.code()).isEqualTo(1);
    assertThat(failed.err().lines()).hasSize(2).first().isEqualTo("error[E0901]: " + sentence);
    assertThat(failed.err()).contains("help: install", "the CPU computes");
    Shell devices = dlc(variable, value, "devices");
    assertThat(devices.code()).isZero();
    assertThat(devices.out() + devices.err()).contains(sentence);
    Shell trained = dlc(variable, value, "train", program, "--epochs", 1, "--device", "auto");
    assertThat(trained.code()).as(trained.err()).isZero();
    assertThat(trained.out()).contains("epoch 1/1");
  }

  /** Runs dlc in a process of its own, whose environment has {@code variable}. */
  private Shell dlc(String variable, Path value, Object... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-XX:TieredStopAtLevel=1", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.add(Main.class.getName());
    Stream.of(arguments).map(Object::toString).forEach(command::add);
    Path out = folder.resolve("out.txt");
    Path err = folder.resolve("err.txt");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().put(variable, value.toString());
    int code = builder.start().waitFor();
    return new Shell(
        code,
        Files.readString(out, StandardCharsets.UTF_8),
        Files.readString(err, StandardCharsets.UTF_8));
  }
}
