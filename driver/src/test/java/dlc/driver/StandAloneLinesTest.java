// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dlc.cpu.binary.Binary;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Debuggers and profilers find the lines of a program in what is compiled with them. */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
final class StandAloneLinesTest {

  private static final String SOURCE =
      """
      model Net(point: f32[2]) -> f32[3] {
        first: linear(8)
        tanh
        second: linear(3)
      }
      train Net {
        data spirals(count=64)
        loss cross_entropy
        optimizer adam(lr=0.01)
        batch 32
      }
      """;

  @TempDir private Path folder;

  @BeforeEach
  void compile() {
    CompiledProgram.of(folder, SOURCE, CompiledProgram.options(Binary.Symbols.LINES));
  }

  @Test
  void everyLayerHasItsLineAndEveryKernelItsName() throws IOException {
    assumeTrue(isThere("readelf") && isThere("nm"), "there is no readelf");
    assertThat(run("readelf", "--debug-dump=decodedline", "program").lines())
        .filteredOn(line -> line.startsWith("program.dl "))
        .anyMatch(line -> line.matches("program.dl +2 .*"))
        .anyMatch(line -> line.matches("program.dl +4 .*"))
        .anyMatch(line -> line.matches("program.dl +9 .*"));
    assertThat(run("nm", "program")).containsPattern(" t k\\d+_").contains("train_step");
  }

  @Test
  void aDebuggerStepsThroughLayers() throws IOException {
    assumeTrue(isThere("gdb"), "there is no gdb");
    String steps =
        run(
            "gdb",
            "-nx",
            "-batch",
            "-ex=set debuginfod enabled off",
            "-ex=set startup-with-shell off",
            "-ex=break train_step",
            "-ex=run train --threads 1 --steps 1",
            "-ex=next",
            "-ex=next",
            "-ex=next",
            "./program");
    assumeTrue(!steps.contains("ptrace"), "processes may not be traced here");
    assertThat(steps)
        .contains("train_step () at program.dl:")
        .containsPattern("3\t +tanh\n4\t +second: linear\\(3\\)\n8\t +loss cross_entropy\n");
  }

  private static boolean isThere(String program) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .anyMatch(place -> Files.isExecutable(Path.of(place, program)));
  }

  private String run(String... command) throws IOException {
    Process process =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }
}
