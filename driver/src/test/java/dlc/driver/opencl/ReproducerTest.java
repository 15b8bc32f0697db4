// SPDX-License-Identifier: Apache-2.0
package dlc.driver.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dlc.base.SourceFile;
import dlc.driver.parity.Crosscheck;
import dlc.driver.parity.KernelDifference;
import dlc.driver.parity.Reproducer;
import dlc.frontend.FrontEnd;
import dlc.frontend.Imports;
import dlc.opencl.device.OpenCl;
import dlc.opencl.device.OpenClBackend;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written of a kernel that differs builds and runs without dlc. */
final class ReproducerTest {

  @TempDir private Path folder;

  @BeforeEach
  void needsACompilerAndHeaders() throws IOException, InterruptedException {
    OpenClDevices.require();
    Path probe = Files.writeString(folder.resolve("probe.c"), "#include <CL/cl.h>\n");
    assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/gcc")),
        "there is no /usr/bin/gcc: install gcc to run this test");
    assumeTrue(
        run("/usr/bin/gcc", "-fsyntax-only", probe.toString()) == 0,
        "there is no CL/cl.h: install opencl-c-headers and libc6-dev to run this test");
  }

  /** The first kernel is one that makes weights, or one that computes the output. */
  @ParameterizedTest
  @ValueSource(strings = {"linear(300) relu", "tanh softmax"})
  void theDeviceMakesTheSameOfTheKernelAlone(String layers)
      throws IOException, InterruptedException {
    new Reproducer(firstKernel(layers), 1e-4).write(folder);
    build();
    assertThat(run("./host")).as(output()).isZero();
    assertThat(output()).contains("same    ").doesNotContain("DIFFERS");
  }

  @Test
  void whatDiffersIsTold() throws IOException, InterruptedException {
    new Reproducer(firstKernel("tanh softmax"), -1).write(folder);
    build();
    assertThat(run("./host")).as(output()).isEqualTo(1);
    assertThat(output()).contains("DIFFERS ", "largest difference", "expected", "the device has");
  }

  /** The first kernel of a model: none is as near to the processor's as this is asked to be. */
  private static KernelDifference firstKernel(String layers) {
    String model =
        """
        model Net(x: f32[70]) { %s }
        train Net { data random loss mean(output * output) optimizer sgd(lr=0.1) batch 3 }
        """
            .formatted(layers);
    try (OpenClBackend device = OpenCl.open("opencl:0");
        Crosscheck check = new Crosscheck(device, new Crosscheck.Options(3, 1, -1))) {
      return check
          .run(
              FrontEnd.check(new SourceFile("net", model), Imports.none(), Map.of())
                  .model(Optional.empty()))
          .difference()
          .orElseThrow();
    }
  }

  private void build() throws IOException, InterruptedException {
    int status =
        run("/usr/bin/gcc", "-Wall", "-Werror", "host.c", "-o", "host", "-lm", "-l:libOpenCL.so.1");
    assertThat(status).as(output()).isZero();
  }

  private int run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(List.of(command))
        .directory(folder.toFile())
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("output.txt").toFile())
        .start()
        .waitFor();
  }

  private String output() throws IOException {
    return Files.readString(folder.resolve("output.txt"), StandardCharsets.UTF_8);
  }
}
