// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** {@code profile} and {@code tune} on one small program. */
final class ProfileCommandTest {

  @TempDir private Path folder;
  private Path file = Path.of("");

  @BeforeEach
  void writeProgram() throws IOException {
    System.setProperty(CacheFolder.PROPERTY, folder.resolve("cache").toString());
    Files.createDirectories(folder.resolve("cache"));
    file =
        Files.writeString(
            folder.resolve("small.dl"),
            """
            model Small(x: f32[4]) -> f32[3] { fc: linear(3) }
            train Small { data random(count=20) loss mse optimizer sgd(lr=0.1) batch 5 epochs 1 }
            """);
  }

  @AfterEach
  void forgetTheCache() {
    System.clearProperty(CacheFolder.PROPERTY);
  }

  @Test
  void aTableNamesKernelsWhatIsFusedAndTheLines() {
    Shell shell = Shell.dlc("profile", file, "--steps=5", "--threads=1");
    assertThat(shell.code()).as(shell.err()).isZero();
    assertThat(shell.out())
        .contains("Small, train_step: ", " a step of 5 samples", "median of 5 steps, 1 thread")
        .containsPattern("kernel +calls +time +of step +GFLOP/s +of peak")
        .containsPattern("k\\d+_dot\\w* +1 +[\\d.,]+ (ns|µs) ")
        .containsPattern(" {4}dot \\+ .*sub")
        .contains("small.dl:1: model Small(x: f32[4])", "optimizer sgd(lr=0.1)");
    assertThat(CacheFolder.peaks()).isNotEmptyFile();
  }

  @Test
  void jsonPageAndTraceAreWellFormed() throws IOException {
    Path page = folder.resolve("profile.html");
    Path trace = folder.resolve("trace.json");
    Shell shell =
        Shell.dlc(
            "profile", file, "--steps=5", "--threads=1", "--json", "-o", page, "--trace", trace);
    assertThat(shell.code()).as(shell.err()).isZero();
    ObjectMapper json = new ObjectMapper();
    JsonNode profile = json.readTree(shell.out());
    assertThat(profile.path("steps").asInt()).isEqualTo(5);
    assertThat(profile.path("kernels").size()).isPositive();
    assertThat(profile.path("kernels").path(0).path("fused").path(0).path("op").asString())
        .isNotEmpty();
    JsonNode events = json.readTree(Files.readString(trace)).path("traceEvents");
    assertThat(events.size()).isEqualTo(1 + 5 * (1 + profile.path("kernels").size()));
    assertThat(Files.readString(page))
        .contains("<svg id=\"flame\"", "<svg id=\"roofline\"", "small.dl:1", "</html>")
        .doesNotContain("{{", "http://", "https://", "NaN");
  }

  @Test
  void aKernelOfAScanStandsThereOnceAndTheTraceHasEachCall() throws IOException {
    Files.writeString(
        file,
        """
        model Small(x: f32[16, 4]) -> f32[3] { lstm(8) last linear(3) }
        train Small { data random(count=20) loss mse optimizer sgd(lr=0.1) batch 5 epochs 1 }
        """);
    Path trace = folder.resolve("trace.json");
    Shell shell =
        Shell.dlc("profile", file, "--steps=5", "--threads=1", "--json", "--trace", trace);
    assertThat(shell.code()).as(shell.err()).isZero();
    ObjectMapper json = new ObjectMapper();
    JsonNode kernels = json.readTree(shell.out()).path("kernels");
    assertThat(kernels.valueStream().map(row -> row.path("name").asString()))
        .doesNotHaveDuplicates();
    int calls = kernels.valueStream().mapToInt(row -> row.path("calls").asInt()).sum();
    assertThat(calls).isGreaterThan(15 + kernels.size());
    assertThat(json.readTree(Files.readString(trace)).path("traceEvents").size())
        .isEqualTo(1 + 5 * (1 + calls));
  }

  @Test
  void aPeakThatIsTooLowIsMeasuredAgain() throws IOException {
    assertThat(Shell.dlc("profile", file, "--steps=5", "--threads=1").code()).isZero();
    String measured = Files.readString(CacheFolder.peaks());
    Files.writeString(CacheFolder.peaks(), measured.replaceFirst(" 1 \\S+", " 1 1.0e+03"));
    Shell shell = Shell.dlc("profile", file, "--steps=5", "--threads=1", "--json");
    assertThat(shell.code()).as(shell.err()).isZero();
    assertThat(new ObjectMapper().readTree(shell.out()).path("kernels").valueStream())
        .allMatch(row -> row.path("share_of_flops").asDouble() <= 1);
    assertThat(CacheFolder.peaks()).content().doesNotContain("1.0e+03");
  }

  @Test
  void tuningIsKeptWhereItIsSaid() {
    Path tilings = folder.resolve("tilings.txt");
    Shell shell =
        Shell.dlc("tune", file, "--threads=1", "--seconds=0.001", "--tilings=2", "-o", tilings);
    assertThat(shell.code()).as(shell.err()).isZero();
    assertThat(shell.out()).containsPattern("kernel +line +tiling +estimated +fastest +tried");
    assertThat(tilings).content().startsWith("# Tilings that dlc tune measured");
  }

  @Test
  void everyTilingThatWasMeasuredIsToldToWhoAsks() throws IOException {
    Path tilings = folder.resolve("tilings.txt");
    Shell shell =
        Shell.dlc(
            "tune",
            file,
            "--threads=1",
            "--seconds=0.001",
            "--tilings=2",
            "-o",
            tilings,
            "-v",
            "--json");
    assertThat(shell.code()).as(shell.err()).isZero();
    for (JsonNode row : new ObjectMapper().readTree(shell.out()).path("kernels")) {
      String kernel = row.path("kernel").asString();
      JsonNode nanos = row.path("ns");
      assertThat(nanos.size()).isEqualTo(2);
      assertThat(nanos.path(row.path("estimated").asString()).asDouble())
          .isEqualTo(row.path("estimated_ns").asDouble());
      for (String tiling : nanos.propertyNames()) {
        assertThat(shell.err())
            .containsPattern(Pattern.quote(kernel) + " +" + Pattern.quote(tiling));
      }
    }
  }

  @Test
  void damageToTheTilingsIsNoted() throws IOException {
    Files.writeString(CacheFolder.tilings(), "damage\n");
    Shell shell = Shell.dlc("train", file, "--threads=1");
    assertThat(shell.code()).as(shell.err()).isZero();
    assertThat(shell.err()).contains("tilings.txt:1: the line is damaged and ignored");
  }

  @Test
  void nonsenseIsRefused() {
    assertThat(Shell.dlc("profile", file, "--steps=0").err())
        .contains("--steps is 0, it must be at least 1");
    assertThat(Shell.dlc("tune", file, "--tilings=1").code()).isEqualTo(2);
  }
}
