// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dlc.testkit.SmallSamples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Oclgrind, a device that watches every access, sees none out of bounds and no race in the samples,
 * and no call that OpenCL does not allow; and it computes what the CPU does.
 *
 * <p>It is not asked for what is read before it was written: each copy of the host to a part of a
 * buffer makes its version 21.10 forget what it knew of the rest, and we have a buffer for all.
 */
final class OclgrindTest {

  private static final Path DRIVER = Path.of("/usr/lib/oclgrind/liboclgrind-rt-icd.so");

  private static final String SPIRALS =
      """
      model Spirals(x: f32[2]) -> f32[3] {
        linear(8) tanh
        linear(3)
      }
      train Spirals {
        data spirals(classes=3, count=60)
        loss cross_entropy
        optimizer adam(lr=0.1)
        batch 12
      }
      """;

  @TempDir private Path folder;

  @BeforeEach
  void needsOclgrind() {
    assumeTrue(Files.exists(DRIVER), "there is no oclgrind: install oclgrind to run this test");
  }

  @TestFactory
  Stream<DynamicTest> nothingIsWrong() {
    return SmallSamples.files().stream()
        .map(
            sample ->
                DynamicTest.dynamicTest(
                    sample.getFileName().toString(), Ahead.begin(() -> watch(sample))))
        .toList()
        .stream();
  }

  /** Small, since every access takes oclgrind about a microsecond. */
  private void watch(Path sample) throws IOException, InterruptedException {
    String text = SmallSamples.text(sample);
    Path here = Files.createDirectory(folder.resolve(sample.getFileName()));
    Path program = Files.writeString(here.resolve("small.dl"), text);
    List<Object> command =
        new ArrayList<>(List.of("crosscheck", program, "--steps", 1, "--batch", 2));
    SmallSamples.params(text)
        .forEach((name, value) -> command.addAll(List.of("-D", name + "=" + value)));
    Shell checked = watched(here, command.toArray());
    assertThat(checked.out() + checked.err()).contains("runs compared on opencl:0 (Oclgrind");
  }

  /** A product that is large enough for groups of items that share memory. */
  @Test
  void groupsThatShareMemoryRaceForNothing() throws IOException, InterruptedException {
    String text =
        """
        model Wide(x: f32[10]) -> f32[512] {
          linear(512)
        }
        train Wide {
          data random(count=160)
          loss mse
          optimizer sgd(lr=0.1)
          batch 128
        }
        """;
    Path program = Files.writeString(folder.resolve("wide.dl"), text);
    Shell checked = watched(folder, "crosscheck", program, "--steps", 1, "--batch", 128);
    assertThat(checked.out() + checked.err()).contains("runs compared on opencl:0 (Oclgrind");
  }

  /** Small steps are one launch of one group, inputs come by a queue of their own. */
  @Test
  void trainingRacesForNothing() throws IOException, InterruptedException {
    Path program = Files.writeString(folder.resolve("spirals.dl"), SPIRALS);
    watched(folder, "train", program, "--device=opencl", "--steps=3", "--quiet", "--no-report");
  }

  /** A device whose groups are small is asked for none that are larger. */
  @Test
  void smallGroupsAreEnough() throws IOException, InterruptedException {
    Path program = Files.writeString(folder.resolve("spirals.dl"), SPIRALS);
    Map<String, String> limits =
        Map.of("OCLGRIND_MAX_WGSIZE", "8", "OCLGRIND_LOCAL_MEM_SIZE", "1000");
    Shell checked = watched(folder, limits, "crosscheck", program, "--steps", 1);
    assertThat(checked.out() + checked.err()).contains("runs compared on opencl:0 (Oclgrind");
  }

  /** What the command did in {@code here}, of which oclgrind says nothing. */
  private static Shell watched(Path here, Object... command)
      throws IOException, InterruptedException {
    return watched(here, Map.of(), command);
  }

  /** The same with {@code limits} of the device. */
  private static Shell watched(Path here, Map<String, String> limits, Object... command)
      throws IOException, InterruptedException {
    Path log = here.resolve("log.txt");
    Map<String, String> environment = new HashMap<>(environment(here, log));
    environment.putAll(limits);
    Shell done = Shell.inProcess(here, environment, command);
    assertThat(log).as(done.err()).exists().isEmptyFile();
    assertThat(done.code()).as(done.err()).isZero();
    return done;
  }

  private static Map<String, String> environment(Path here, Path log) throws IOException {
    Path drivers = Files.createDirectory(here.resolve("drivers"));
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
        here.resolve("cache").toString());
  }
}
