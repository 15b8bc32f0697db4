// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is shown on a terminal, and only there. */
final class TerminalTest {

  /** So many steps that the line appears a few times within an epoch. */
  private static final String SLOW =
      """
      model Slow(point: f32[2]) -> f32[3] { linear(16) tanh linear(3) }
      train Slow {
        data spirals(classes=3, count=400_000) loss cross_entropy
        optimizer adam(lr=0.01) batch 2 epochs 2 seed 1
      }
      """;

  private static final String BAR =
      "epoch 1/2 +\\d+%.*[█▏▎▍▌▋▊▉].*loss \\d\\.\\d{4}  accuracy \\d+\\.\\d%  [\\d,]+/s  left ";

  private static final String ESCAPE = "\u001b[";

  @TempDir private Path folder;

  @BeforeEach
  void requireTerminals() {
    assumeTrue(
        Stream.of(System.getenv("PATH").split(java.io.File.pathSeparator, -1))
            .anyMatch(place -> Files.isExecutable(Path.of(place, "script"))),
        "there is no script, which makes terminals: apt-get install bsdutils");
  }

  /** What a terminal of 120 columns shows while dlc runs in it. */
  private String shown(Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    String command =
        "stty cols 120; exec '%s' --enable-native-access=ALL-UNNAMED -cp \"$CLASSES\" %s %s"
            .formatted(java, Main.class.getName(), String.join(" ", arguments));
    Path log = folder.resolve("terminal.txt");
    ProcessBuilder builder =
        new ProcessBuilder("script", "-qefc", command, "/dev/null")
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().put("CLASSES", System.getProperty("java.class.path"));
    builder.environment().put("DLC_RUNS", "");
    builder.environment().remove("NO_COLOR");
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
    return Files.readString(log, StandardCharsets.UTF_8);
  }

  @Test
  void aLineLivesWhileAnEpochRunsAndOneStaysForEach() throws IOException, InterruptedException {
    Files.writeString(folder.resolve("slow.dl"), SLOW);
    String terminal = shown(Map.of(), "train", "slow.dl");
    List<String> parts = List.of(terminal.split("\r\n?"));
    assertThat(parts).anySatisfy(part -> assertThat(part).containsPattern(BAR));
    // What stays begins where the bar was wiped away.
    assertThat(parts.stream().filter(part -> part.matches(".*epoch \\d/2  loss .* samples/s .*")))
        .hasSize(2)
        .allMatch(part -> part.startsWith(ESCAPE + "Kepoch "));
    assertThat(parts).noneMatch(part -> part.length() > 120 + 10);
  }

  @Test
  void whoWantsResultsAloneSeesNoBar() throws IOException, InterruptedException {
    Files.writeString(folder.resolve("slow.dl"), SLOW);
    String terminal = shown(Map.of(), "train", "slow.dl", "--quiet", "--steps", "9");
    assertThat(terminal).startsWith("test loss ").doesNotContain("epoch", ESCAPE, "%  [");
    assertThat(terminal.lines()).hasSize(1);
  }

  @Test
  void elsewhereThereAreTheLinesAlone() throws IOException, InterruptedException {
    Files.writeString(folder.resolve("slow.dl"), SLOW);
    Shell shell = Shell.inProcess(folder, Map.of("DLC_RUNS", ""), "train", "slow.dl", "--steps", 9);
    assertThat(shell.code()).as(shell.err()).isZero();
    assertThat(shell.out().lines()).hasSize(2);
    assertThat(shell.out() + shell.err()).doesNotContain(ESCAPE, "\r", "█");
  }

  @Test
  void colorsAreForTerminalsAndForThoseWhoDoNotRefuseThem()
      throws IOException, InterruptedException {
    Files.writeString(folder.resolve("bad.dl"), "model M(x: f32[4]) { linaer(2) }");
    assertThat(shown(Map.of(), "check", "bad.dl")).contains(ESCAPE + "1;31merror[E0103]");
    assertThat(shown(Map.of("NO_COLOR", "1"), "check", "bad.dl"))
        .contains("error[E0103]")
        .doesNotContain(ESCAPE);
    Shell file = Shell.inProcess(folder, Map.of(), "check", "bad.dl");
    assertThat(file.err()).contains("error[E0103]").doesNotContain(ESCAPE);
  }
}
