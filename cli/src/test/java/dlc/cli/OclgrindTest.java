// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Oclgrind, a device that watches every access, sees none out of bounds and no race in the samples,
 * and no call that OpenCL does not allow; and it computes what the CPU does.
 *
 * <p>It is not asked for what is read before it was written: each copy of the host to a part of a
 * buffer makes its version 21.10 forget what it knew of the rest, and we have a buffer for all.
 */
final class OclgrindTest {

  private static final Path DRIVER = Path.of("/usr/lib/oclgrind/liboclgrind-rt-icd.so");

  /** What makes samples small: every access takes oclgrind about a microsecond. */
  private static final Map<String, String> SMALLER =
      Map.of(
          "32, 32]", "8, 8]",
          "28, 28]", "12, 12]",
          "7, 7]", "3, 3]",
          "7 * 7", "3 * 3",
          "[64", "[6",
          "i32[32]", "i32[6]",
          "[32, 27]", "[6, 27]",
          ", 64]", ", 4]",
          "context=64", "context=6");

  private static final Map<String, String> PARAMS =
      Map.of("width", "8", "hidden", "8", "depth", "1");

  @TempDir private Path folder;

  static Stream<Path> samples() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("..", "samples"))) {
      return files.filter(file -> file.toString().endsWith(".dl")).sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("samples")
  void nothingIsWrong(Path sample) throws IOException, InterruptedException {
    assumeTrue(Files.exists(DRIVER), "there is no oclgrind: install oclgrind to run this test");
    String text = Files.readString(sample);
    for (Map.Entry<String, String> change : SMALLER.entrySet()) {
      text = text.replace(change.getKey(), change.getValue());
    }
    Path program = Files.writeString(folder.resolve("small.dl"), text);
    List<Object> command =
        new ArrayList<>(List.of("crosscheck", program, "--steps", 1, "--batch", 2));
    for (Map.Entry<String, String> param : PARAMS.entrySet()) {
      if (text.contains("param " + param.getKey() + ":")) {
        command.addAll(List.of("-D", param.getKey() + "=" + param.getValue()));
      }
    }
    Path log = folder.resolve("log.txt");
    Shell checked = Shell.inProcess(folder, environment(log), command.toArray());
    assertThat(checked.out() + checked.err()).contains("runs compared on opencl:0 (Oclgrind");
    assertThat(log).exists().isEmptyFile();
    assertThat(checked.code()).isZero();
  }

  private Map<String, String> environment(Path log) throws IOException {
    Path drivers = Files.createDirectory(folder.resolve("drivers"));
    Files.writeString(drivers.resolve("oclgrind.icd"), DRIVER + "\n");
    return Map.of(
        "OCL_ICD_VENDORS",
        drivers.toString(),
        "OCLGRIND_LOG",
        log.toString(),
        "OCLGRIND_DATA_RACES",
        "1",
        "OCLGRIND_CHECK_API",
        "1",
        // It knows not all that Clang writes for functions that were inlined.
        "OCLGRIND_BUILD_OPTIONS",
        "-cl-opt-disable",
        "XDG_CACHE_HOME",
        folder.resolve("cache").toString());
  }
}
