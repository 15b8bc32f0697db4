// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models of text from training to writing: {@code dlc train}, {@code dlc generate}. */
final class TextModelTest {

  @TempDir static Path folder;

  private static Path characters;
  private static Path bytes;

  @BeforeAll
  static void train() throws IOException {
    Files.writeString(folder.resolve("abc.txt"), "abcd".repeat(161) + "a");
    characters = program("char", 4);
    bytes = program("byte", 256);
    for (Path program : List.of(characters, bytes)) {
      Shell train = Shell.dlc("train", program, "--save", weights(program));
      assertThat(train.err()).contains("saved");
      assertThat(train.out())
          .contains("test accuracy 100.00%", "test perplexity 1.00", "test top5 100.00%")
          .contains("test precision 100.00%", "test recall 100.00%", "test f1 100.00%");
    }
    Files.delete(folder.resolve("abc.txt"));
  }

  private static Path weights(Path program) {
    return Path.of(program + ".safetensors");
  }

  private static Path program(String tokens, int count) throws IOException {
    return Files.writeString(
        folder.resolve(tokens + ".dl"),
        """
        model Abc(text: i32[4]) -> f32[4, %1$d] {
          embedding(%1$d, 8)
          linear(%1$d)
        }
        train Abc {
          data      text("abc.txt", context=4, tokens="%2$s")
          loss      cross_entropy
          optimizer adam(lr=0.1)
          batch     16
          drop_last true
          epochs    12
          metrics   perplexity, top5, precision, recall, f1
          seed      1
        }
        """
            .formatted(count, tokens));
  }

  @Test
  void textGoesOnWithoutTheData() {
    Shell cold = generate(characters, "--prompt", "bc", "--length", 6, "--temperature", 0);
    assertThat(cold.err()).isEmpty();
    assertThat(cold.out()).isEqualTo("bcdabcda\n");
    assertThat(generate(characters, "--prompt", "abcdabcd", "--length", 2, "--top-k", 1).out())
        .isEqualTo("abcdabcdab\n");
    assertThat(generate(characters, "--length", 3, "--temperature", 0, "--json").out())
        .isEqualTo("{\"prompt\":\"\",\"text\":\"bcd\"}\n");
  }

  @Test
  void theSeedDecides() {
    String first = generate(characters, "--length", 40, "--temperature", 50, "--seed", 1).out();
    assertThat(generate(characters, "--length", 40, "--temperature", 50, "--seed", 1).out())
        .isEqualTo(first);
    assertThat(generate(characters, "--length", 40, "--temperature", 50, "--seed", 2).out())
        .isNotEqualTo(first);
  }

  @Test
  void bytesAreWrittenWhenAllAreThere() {
    assertThat(generate(bytes, "--prompt", "b", "--length", 4, "--temperature", 0).out())
        .isEqualTo("bcdab\n");
  }

  @Test
  void saysWhatItCannotWriteWith() {
    assertThat(generate(characters, "--prompt", "xyz").err())
        .contains("the character x did not occur", "these are known: a b c d");
    assertThat(generate(characters, "--temperature", -1).code()).isEqualTo(2);
    assertThat(generate(characters, "--top-k", 0).code()).isEqualTo(2);
    assertThat(generate(characters, "--length", 0).code()).isEqualTo(2);
    Path plain = folder.resolve("plain.npz");
    Path stripped = folder.resolve("stripped.safetensors");
    Shell.dlc("weights", "convert", weights(characters), plain);
    Shell.dlc("weights", "convert", plain, stripped);
    assertThat(Shell.dlc("generate", characters, "--weights", stripped).err())
        .contains("it does not say which text its numbers stand for");
    assertThat(Shell.dlc("generate", "../samples/tiny.dl", "--weights", weights(bytes)).err())
        .contains("the model 'Tiny' makes f32[3] of f32[4], which is no model of text");
  }

  private static Shell generate(Path program, Object... more) {
    Object[] arguments = new Object[more.length + 4];
    arguments[0] = "generate";
    arguments[1] = program;
    arguments[2] = "--weights";
    arguments[3] = weights(program);
    System.arraycopy(more, 0, arguments, 4, more.length);
    return Shell.dlc(arguments);
  }
}
