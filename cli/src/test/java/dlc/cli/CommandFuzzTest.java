// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** No command line and no damaged file ends in more than an error for the user. */
final class CommandFuzzTest {

  private static final int TRIES = Integer.getInteger("dlc.fuzz.commands", 40);

  private static final String PROGRAM =
      """
      model Flowers(x: f32[3]) -> f32[2] { linear(4) relu linear(2) }
      train Flowers {
        data csv("flowers.csv", label="kind", missing="mean")
        split validation=0.2
        normalize auto
        loss cross_entropy
        optimizer adam
        batch 4
        epochs 1
        metrics accuracy
      }
      """;

  /** Commands that go on until they are stopped, or that the launcher answers. */
  private static final List<String> LEFT_OUT = List.of("test", "bless", "watch", "lsp");

  @TempDir private Path folder;
  private Path program = Path.of("");
  private Path table = Path.of("");
  private Path weights = Path.of("");
  private Path checkpoints = Path.of("");

  @BeforeEach
  void train() throws IOException {
    program = Files.writeString(folder.resolve("flowers.dl"), PROGRAM);
    table = folder.resolve("flowers.csv");
    List<String> rows = new ArrayList<>(List.of("a,b,c,kind"));
    for (int i = 0; i < 20; i++) {
      rows.add(i + "," + 0.5 * i + "," + (i == 3 ? "" : i * i) + "," + (i < 9 ? "rose" : "tulip"));
    }
    Files.write(table, rows);
    weights = folder.resolve("w.safetensors");
    checkpoints = folder.resolve("checkpoints");
    Shell run = Shell.dlc("train", program, "--save", weights, "--checkpoint-dir", checkpoints);
    assertThat(run.code()).as(run.err()).isZero();
  }

  @Test
  void anyOptionTakesAnyValueOrRefusesIt() {
    Random random = new Random(TRIES);
    for (var each : Main.commands().entrySet()) {
      if (!LEFT_OUT.contains(each.getKey())) {
        CommandLine line = new CommandLine(each.getValue().get());
        for (OptionSpec option : line.getCommandSpec().options()) {
          List<Object> words = new ArrayList<>(List.of(each.getKey(), program));
          words.add(option.longestName());
          if (option.arity().max() > 0) {
            List<String> values = values(option);
            words.add(values.get(random.nextInt(values.size())));
          }
          isNoBug(words.toArray());
        }
      }
    }
  }

  private List<String> values(OptionSpec option) {
    boolean names = List.of(option.auxiliaryTypes()).contains(Path.class);
    return names
        ? List.of(folder.toString(), folder + "/none/there", program.toString(), folder + "/new")
        : List.of("", "0", "-1", "1", "x", "1,2", "=", "1e400", "a=b", "99999999999");
  }

  @Test
  void damagedTablesAreReadOrRefused() throws IOException {
    byte[] whole = Files.readAllBytes(table);
    for (int seed = 0; seed < TRIES; seed++) {
      Files.write(table, damaged(whole, seed));
      isNoBug("data", "info", program, "--seed", seed);
    }
  }

  @Test
  void damagedWeightsAreReadOrRefused() throws IOException {
    byte[] whole = Files.readAllBytes(weights);
    for (int seed = 0; seed < TRIES; seed++) {
      Files.write(weights, damaged(whole, seed));
      isNoBug("weights", "ls", weights);
      isNoBug("predict", program, "--weights", weights, "1,2,3");
    }
  }

  @Test
  void damagedCheckpointsAreReadOrRefused() throws IOException {
    Path newest;
    try (Stream<Path> files = Files.list(checkpoints)) {
      newest = files.filter(Files::isRegularFile).sorted().toList().getLast();
    }
    byte[] whole = Files.readAllBytes(newest);
    for (int seed = 0; seed < TRIES; seed++) {
      Files.write(newest, damaged(whole, seed));
      isNoBug("train", program, "--checkpoint-dir", checkpoints, "--resume", "--quiet");
    }
  }

  private static void isNoBug(Object... words) {
    Shell shell = Shell.dlc(words);
    assertThat(shell.code())
        .as("%s%n%s%s", List.of(words), shell.out(), shell.err())
        .isIn(0, Failures.WRONG_PROGRAM, Failures.WRONG_USAGE);
  }

  /** Some bytes are others, or the end is missing, or something is said twice. */
  private static byte[] damaged(byte[] whole, int seed) {
    Random random = new Random(seed);
    StringBuilder text = new StringBuilder(new String(whole, ISO_8859_1));
    int changes = 1 + random.nextInt(4);
    for (int i = 0; i < changes && !text.isEmpty(); i++) {
      int at = random.nextInt(Math.min(text.length(), random.nextBoolean() ? 400 : 1 << 20));
      switch (random.nextInt(5)) {
        case 0 -> text.setLength(at);
        case 1 -> text.insert(at, text.substring(at, Math.min(text.length(), at + 9)));
        case 2 -> text.deleteCharAt(at);
        case 3 -> text.setCharAt(at, "09-\",{}[]:\n\0\u00ff".charAt(random.nextInt(13)));
        default -> text.setCharAt(at, (char) random.nextInt(256));
      }
    }
    return text.toString().getBytes(ISO_8859_1);
  }
}
