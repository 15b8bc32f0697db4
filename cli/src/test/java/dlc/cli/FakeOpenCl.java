// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * An OpenCL library of ours with a device that fails as it is told to.
 *
 * @param folder where it lies
 */
record FakeOpenCl(Path folder) {

  private static final Path COMPILER = Path.of("/usr/bin/gcc");

  /** Compiles the library. */
  static FakeOpenCl in(Path folder) throws IOException, InterruptedException {
    assumeTrue(
        Files.isExecutable(COMPILER), "there is no " + COMPILER + ": install gcc to run this test");
    Path library = folder.resolve("libOpenCL.so.1");
    Process compiler =
        new ProcessBuilder(
                COMPILER.toString(),
                "-Wall",
                "-Wextra",
                "-Werror",
                "-shared",
                "-fPIC",
                Path.of("src/test/c/fake_opencl.c").toAbsolutePath().toString(),
                "-o",
                library.toString())
            .inheritIO()
            .start();
    assertThat(compiler.waitFor()).isZero();
    Files.createSymbolicLink(folder.resolve("libOpenCL.so"), library);
    return new FakeOpenCl(folder);
  }

  /** What has a process find the library, whose device fails as {@code how} says. */
  Map<String, String> environment(String how) {
    return Map.of(
        "FAKE_OPENCL",
        how,
        "FAKE_OPENCL_LOG",
        log().toString(),
        "LD_LIBRARY_PATH",
        folder.toString(),
        "XDG_CACHE_HOME",
        folder.resolve("cache").toString());
  }

  /** What the last such process left behind: {@code 7 kernels, 2 waits}. */
  Path log() {
    return folder.resolve("log.txt");
  }
}
