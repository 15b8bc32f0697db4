// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Searches, with trials in processes of their own. */
final class SweepCommandTest {

  @TempDir private Path folder;
  private Path program = Path.of("");
  private Path out = Path.of("");

  @BeforeEach
  void writeProgram() throws IOException {
    out = folder.resolve("search");
    program =
        Files.writeString(
            folder.resolve("points.dl"),
            """
            param lr: float = 0.01
            param width: int = 8
            model Points(point: f32[2]) -> f32[3] { linear(width) tanh linear(3) }
            train Points {
              data spirals(classes=3, count=300) split validation=0.2 loss cross_entropy
              optimizer adam(lr=lr) batch 32 epochs 3 seed 1
            }
            """);
  }

  private Shell sweep(Object... more) {
    List<Object> words = new ArrayList<>(List.of("sweep", program, "--out", out));
    words.addAll(List.of(more));
    return Shell.dlc(words.toArray());
  }

  @Test
  void aSearchGoesOnWhereItWasAndFailedTrialsAreTold() throws IOException {
    Object[] options = {
      "-D",
      "width=4,-1,8",
      "-D",
      "lr=0.02",
      "--strategy",
      "grid",
      "--metric",
      "validation.accuracy",
      "--jobs",
      "2"
    };
    Shell first = sweep(options);
    assertThat(first.code()).as(first.err()).isZero();
    assertThat(first.out()).contains("failed").contains("validation.accuracy");
    assertThat(first.err()).contains("best: dlc train").contains("trial 2/3");
    Path log = out.resolve("trials.jsonl");
    List<String> lines = Files.readAllLines(log);
    assertThat(lines).hasSize(4);
    assertThat(Files.readString(out.resolve("sweep.html")))
        .contains("\"metric\":\"validation.accuracy\"")
        .doesNotContain("{{")
        .doesNotContain("src=\"http", "href=\"http", "url(http");

    assertThat(sweep(options).err()).contains("there is a search already").contains("--resume");

    // What a kill leaves: a line that is cut short, and a trial that is not there.
    Files.writeString(
        log, String.join("\n", lines.subList(0, 3)) + "\n" + lines.get(3).substring(0, 20));
    Object[] again = Arrays.copyOf(options, options.length + 1);
    again[options.length] = "--resume";
    Shell second = sweep(again);
    assertThat(second.err().lines().filter(line -> line.startsWith("trial "))).hasSize(1);
    assertThat(table(second.out())).isEqualTo(table(first.out()));

    again[1] = "width=4,16";
    assertThat(sweep(again).err()).contains("is of a search with space");
  }

  /** The table without its times. */
  private static List<String> table(String text) {
    return text.lines().map(line -> line.replaceFirst("  [^ ]+( min \\d+)? m?s$", "")).toList();
  }

  @Test
  void halvingTrainsTheBestOnAndDrawsTheSameBySeed() throws IOException {
    Object[] options = {
      "-D",
      "lr=log(1e-4..1e-1)",
      "-D",
      "width=4..12",
      "--trials",
      "3",
      "--strategy",
      "halving",
      "--epochs",
      "3",
      "--jobs",
      "2",
      "--seed",
      "5",
      "--json"
    };
    Shell result = sweep(options);
    assertThat(result.code()).as(result.err()).isZero();
    List<String> lines = result.out().lines().toList();
    assertThat(lines).hasSize(3);
    assertThat(lines.getFirst()).startsWith("[{\"rank\":1").contains("\"3\":");
    assertThat(lines.getLast()).contains("\"status\":\"done\"").endsWith("}]");
  }

  @Test
  void randomTrialsDrawWithinTheRanges() {
    Shell result =
        sweep(
            "-D",
            "lr=log(1e-4..1e-1)",
            "-D",
            "width=4..12",
            "--trials",
            "4",
            "--strategy",
            "random",
            "--epochs",
            "1",
            "--jobs",
            "2",
            "--json");
    assertThat(result.code()).as(result.err()).isZero();
    List<MatchResult> drawn =
        Pattern.compile("\"lr\":\"?([\\d.Ee-]+)\"?,\"width\":\"?(\\d+)")
            .matcher(result.out())
            .results()
            .toList();
    assertThat(drawn).hasSize(4);
    assertThat(drawn)
        .extracting(match -> Double.parseDouble(match.group(1)))
        .doesNotHaveDuplicates()
        .allMatch(lr -> lr >= 1e-4 && lr <= 1e-1);
    assertThat(drawn)
        .extracting(match -> Integer.parseInt(match.group(2)))
        .allMatch(width -> width >= 4 && width <= 12);
  }

  @Test
  void ctrlCStopsTheTrialsShowsWhatRanAndTheSearchGoesOnToTheSameBits()
      throws IOException, InterruptedException {
    assumeTrue(Shell.hearsInterrupts(), "Ctrl-C is ignored by what runs these tests");
    int epochs = 150;
    Object[] search = {
      "sweep",
      program,
      "--out",
      out,
      "-D",
      "width=4,8",
      "--strategy",
      "grid",
      "--jobs",
      2,
      "--epochs",
      epochs
    };
    Process process = Shell.start(folder, Map.of(), search);
    List<Path> curves =
        List.of(out.resolve("trial-001/epochs.jsonl"), out.resolve("trial-002/epochs.jsonl"));
    while (process.isAlive() && curves.stream().anyMatch(each -> lines(each) < 3)) {
      TimeUnit.MILLISECONDS.sleep(2);
    }
    List<ProcessHandle> trials = process.descendants().toList();
    Shell.interrupt(process);
    Shell stopped = Shell.ended(folder, process);
    assertThat(trials).isNotEmpty().noneMatch(ProcessHandle::isAlive);
    assertThat(stopped.code()).as(stopped.err()).isZero();
    assertThat(stopped.err())
        .contains("stopping; the trials under way save where they are")
        .contains("stopped; the same command with --resume goes on");
    List<String> rows = stopped.out().lines().toList();
    assertThat(rows).hasSize(3);
    assertThat(rows.getFirst()).containsPattern("rank +trial +width +validation.loss +epochs");
    assertThat(rows.subList(1, 3)).noneMatch(row -> row.contains(" " + epochs + " "));

    Object[] again = Arrays.copyOf(search, search.length + 1);
    again[search.length] = "--resume";
    Shell resumed = Shell.dlc(again);
    assertThat(resumed.code()).as(resumed.err()).isZero();
    assertThat(resumed.out().lines().skip(1)).allMatch(row -> row.contains(" " + epochs + " "));
    Shell alone =
        Shell.dlc("train", program, "-D", "width=8", "--epochs", epochs, "--no-report", "--json");
    String last =
        alone.out().lines().filter(line -> line.contains("validation")).toList().getLast();
    String loss = last.replaceFirst(".*\"validation\":\\{(\"loss\":[^,]*),.*", "$1");
    assertThat(Files.readAllLines(curves.get(1)).getLast())
        .contains("\"epoch\":" + epochs + ",")
        .contains(loss);
  }

  private static int lines(Path file) {
    try {
      return Files.exists(file) ? Files.readAllLines(file).size() : 0;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  @Test
  void whatCannotBeSearchedIsToldBeforeAnythingRuns() {
    assertThat(sweep("-D", "lr=log(0..1)").err()).contains("log needs numbers above 0");
    assertThat(sweep("-D", "depth=1,2").err()).contains("no param 'depth'");
    assertThat(sweep("-D", "width=1..2.5").err()).contains("'width' is an int");
    assertThat(sweep("-D", "width=4,8", "--metric", "validation.acuracy").err())
        .contains("did you mean validation.accuracy?");
    assertThat(sweep().err()).contains("no -D is given");
    assertThat(out).doesNotExist();
  }
}
