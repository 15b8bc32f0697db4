// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models of text from training to writing: {@code dlc train}, {@code dlc generate}. */
final class TextModelTest {

  @TempDir Path folder;

  private Path program;
  private Path weights;

  @BeforeEach
  void train() throws IOException {
    Files.writeString(folder.resolve("abc.txt"), "abcd".repeat(300));
    program = folder.resolve("abc.dl");
    weights = folder.resolve("abc.safetensors");
    write("char");
  }

  private void write(String tokens) throws IOException {
    int count = tokens.equals("byte") ? 256 : 4;
    Files.writeString(
        program,
        """
        model Abc(text: i32[4]) -> f32[4, %1$d] {
          embedding(%1$d, 8)
          linear(%1$d)
        }
        train Abc {
          data      text("abc.txt", context=4, tokens="%2$s")
          split     validation=0.1
          loss      cross_entropy
          optimizer adam(lr=0.1)
          batch     16
          epochs    10
          metrics   perplexity, top5, precision, recall, f1
          seed      1
        }
        """
            .formatted(count, tokens));
    Files.deleteIfExists(weights);
    Shell train = Shell.dlc("train", program, "--save", weights);
    assertThat(train.err()).contains("saved");
    assertThat(train.out())
        .contains("validation accuracy 100.00%", "validation perplexity 1.00")
        .contains("test top5 100.00%  test precision 100.00%  test recall 100.00%  test f1 100.00%");
  }

  @Test
  void textGoesOnWithoutTheData() throws IOException {
    Files.delete(folder.resolve("abc.txt"));
    Shell cold = generate("--prompt", "bc", "--length", 6, "--temperature", 0);
    assertThat(cold.err()).isEmpty();
    assertThat(cold.out()).isEqualTo("bcdabcda\n");
    assertThat(generate("--prompt", "abcdabcd", "--length", 2, "--top-k", 1).out())
        .isEqualTo("abcdabcdab\n");
    assertThat(generate("--length", 3, "--temperature", 0, "--json").out())
        .isEqualTo("{\"prompt\":\"\",\"text\":\"bcd\"}\n");
  }

  @Test
  void theSeedDecides() {
    String first = generate("--length", 40, "--temperature", 50, "--seed", 1).out();
    assertThat(generate("--length", 40, "--temperature", 50, "--seed", 1).out()).isEqualTo(first);
    assertThat(generate("--length", 40, "--temperature", 50, "--seed", 2).out())
        .isNotEqualTo(first);
  }

  @Test
  void bytesAreWrittenWhenAllAreThere() throws IOException {
    write("byte");
    assertThat(generate("--prompt", "b", "--length", 4, "--temperature", 0).out())
        .isEqualTo("bcdab\n");
  }

  @Test
  void saysWhatItCannotWriteWith() {
    assertThat(generate("--prompt", "xyz").err())
        .contains("the character x did not occur", "these are known: a b c d");
    assertThat(generate("--temperature", -1).code()).isEqualTo(2);
    assertThat(generate("--top-k", 0).code()).isEqualTo(2);
    assertThat(generate("--length", 0).code()).isEqualTo(2);
    Path plain = folder.resolve("plain.npz");
    Path stripped = folder.resolve("stripped.safetensors");
    Shell.dlc("weights", "convert", weights, plain);
    Shell.dlc("weights", "convert", plain, stripped);
    assertThat(Shell.dlc("generate", program, "--weights", stripped).err())
        .contains("it does not say which text its numbers stand for");
    assertThat(Shell.dlc("generate", "../samples/tiny.dl", "--weights", weights).err())
        .contains("the model 'Tiny' makes f32[3] of f32[4], which is no model of text");
  }

  private Shell generate(Object... more) {
    Object[] arguments = new Object[more.length + 4];
    arguments[0] = "generate";
    arguments[1] = program;
    arguments[2] = "--weights";
    arguments[3] = weights;
    System.arraycopy(more, 0, arguments, 4, more.length);
    return Shell.dlc(arguments);
  }
}
