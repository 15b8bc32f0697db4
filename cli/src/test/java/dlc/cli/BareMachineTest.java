// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dlc.opencl.device.OpenCl;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What {@code benchmarks/run bare} makes measures devices where there is neither Java nor dlc. */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
final class BareMachineTest {

  private static final Path MAKE = Path.of("..", "benchmarks", "bare", "make").toAbsolutePath();

  /** All that the machine has; the linker is PoCL's wish. */
  private static final List<String> TOOLS = List.of("sh", "awk", "cat", "dirname", "rm", "ld");

  @TempDir private Path folder;

  @Test
  void programsAreMeasuredWhereNoJavaIs() throws IOException, InterruptedException {
    assumeTrue(
        !OpenCl.devices().isEmpty(),
        () -> OpenCl.problem().orElse("") + ": install pocl-opencl-icd to run this test");
    Path bare = folder.resolve("bare");
    run(
        Map.of("DLC", launcher().toString(), "PATH", System.getenv("PATH")),
        MAKE.toString(),
        bare.toString(),
        "product-64",
        "memory-1");
    assertThat(bare).isDirectoryContaining("glob:**/product-64");
    String measured =
        run(
            Map.of("PATH", tools().toString(), "HOME", folder.toString()),
            bare.resolve("measure").toString());
    List<String> lines = measured.lines().toList();
    assertThat(lines).hasSize(5);
    assertThat(lines.get(0)).matches(".+: [\\d.]+ GFLOP/s in f32, copying [\\d.]+ GB/s");
    assertThat(lines.get(1)).isEqualTo("no python3 with PyTorch and its device: dlc alone");
    assertThat(lines.get(3)).matches("memory-1 +[1-9]\\d* +[\\d.]+ +\\d+ GB/s +\\d+% +- +-");
    assertThat(lines.get(4)).matches("product-64 +[1-9]\\d* +[\\d.]+ +\\d+ GFLOP/s +\\d+% +- +-");
    String onProcessor =
        run(
            Map.of("PATH", tools().toString(), "HOME", folder.toString()),
            bare.resolve("measure").toString(),
            "--device",
            "cpu");
    assertThat(onProcessor).containsPattern("product-64 +[1-9]");
  }

  /** The dlc of this process as a command. */
  private Path launcher() throws IOException {
    String java = ProcessHandle.current().info().command().orElse("java");
    String script =
        """
        #!/bin/sh
        exec '%s' --enable-native-access=ALL-UNNAMED -XX:TieredStopAtLevel=1 -cp '%s' %s "$@"
        """
            .formatted(java, System.getProperty("java.class.path"), Main.class.getName());
    Path file = Files.writeString(folder.resolve("dlc"), script);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    return file;
  }

  private Path tools() throws IOException {
    Path tools = folder.resolve("tools");
    if (!Files.exists(tools)) {
      Files.createDirectory(tools);
      for (String tool : TOOLS) {
        Path found =
            List.of(System.getenv("PATH").split(":")).stream()
                .map(path -> Path.of(path, tool))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow();
        Files.createSymbolicLink(tools.resolve(tool), found);
      }
    }
    return tools;
  }

  /** What a command says that has nothing but {@code environment}, and succeeds. */
  private String run(Map<String, String> environment, String... command)
      throws IOException, InterruptedException {
    Path errors = folder.resolve("errors");
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(out + Files.readString(errors)).isZero();
    return out;
  }
}
