// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * An OpenCL library of ours with a device that fails as it is told to.
 *
 * @param folder where it lies
 */
record FakeOpenCl(Path folder) {

  private static final Path COMPILER = Path.of("/usr/bin/gcc");

  private static final Pattern LOG = Pattern.compile("(\\d+) kernels, (\\d+) waits, (\\d+) beside");

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

  /** Writes {@code text} to the folder as {@code name}.dl, and its compiled program beside it. */
  void compile(String name, String text) throws IOException, InterruptedException {
    Path source = Files.writeString(folder.resolve(name + ".dl"), text);
    Shell compiled =
        Shell.dlc(
            "compile", source, "--device=opencl", "--cpu=x86-64-v2", "-o", folder.resolve(name));
    assertThat(compiled.code()).as(compiled.err()).isZero();
  }

  /** Runs {@code dlc} in the folder on the device, which fails as {@code how} says. */
  Shell dlc(String how, Object... arguments) throws IOException, InterruptedException {
    return Shell.inProcess(folder, environment(how), arguments);
  }

  /** Runs a program of the folder likewise. */
  Shell program(String how, String name, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(folder.resolve(name).toString()));
    command.addAll(List.of(arguments));
    Path errors = folder.resolve("errors");
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(folder.toFile()).redirectError(errors.toFile());
    builder.environment().putAll(environment(how));
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Shell(process.waitFor(), out, Files.readString(errors));
  }

  private Map<String, String> environment(String how) {
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

  private Path log() {
    return folder.resolve("log.txt");
  }

  /**
   * What the device was asked for.
   *
   * @param kernels how many ran
   * @param waits how often somebody waited until all was done
   * @param beside how many copies were brought while kernels could run
   */
  record Counts(int kernels, int waits, int beside) {}

  /** What the last process asked for. */
  Counts counts() throws IOException {
    MatchResult counts = LOG.matcher(Files.readString(log())).results().findFirst().orElseThrow();
    return new Counts(
        Integer.parseInt(counts.group(1)),
        Integer.parseInt(counts.group(2)),
        Integer.parseInt(counts.group(3)));
  }
}
