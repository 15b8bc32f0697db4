// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlc.base.UserError;
import dlc.runtime.file.Csv.Cell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CsvTest {

  @TempDir Path folder;

  @Test
  void readsQuotesAndAllLineEnds() throws IOException {
    Csv csv = read("\uFEFFa,b\r\n\"1,\"\"x\"\"\n2\",3\n\n4,\n5,6");
    assertThat(csv.header()).containsExactly("a", "b");
    assertThat(csv.rows().stream().map(row -> row.stream().map(Cell::text).toList()).toList())
        .containsExactly(List.of("1,\"x\"\n2", "3"), List.of("4", ""), List.of("5", "6"));
    assertThat(csv.rows().get(0).get(1)).isEqualTo(new Cell("3", 3, 4));
    assertThat(csv.rows().get(2).get(0)).isEqualTo(new Cell("5", 6, 1));
  }

  @Test
  void numbersColumnsWithoutHeader() throws IOException {
    Path path = Files.writeString(folder.resolve("t.csv"), "1;2\n3;4\n");
    Csv csv = Csv.read(path, ';', false);
    assertThat(csv.header()).containsExactly("0", "1");
    assertThat(csv.rows()).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          a,b/1,2/3       | t.csv:3:1: this row has 1 cells, the first one has 2
          a,b/1,"2        | t.csv:2:3: this quote has no end
          a,b/"1"x,2      | t.csv:2:4: text follows the closing quote
          a,b             | holds no samples
          a,NUL           | not text
          """)
  void locatesErrors(String text, String message) {
    assertThatThrownBy(() -> read(text.replace('/', '\n').replace("NUL", "\0")))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(message);
  }

  @Test
  void rejectsOtherEncodings() throws IOException {
    Path path = Files.write(folder.resolve("t.csv"), new byte[] {'a', '\n', (byte) 0xE9, '\n'});
    assertThatThrownBy(() -> Csv.read(path, ',', true)).hasMessageContaining("not UTF-8");
  }

  private Csv read(String text) throws IOException {
    return Csv.read(Files.writeString(folder.resolve("t.csv"), text), ',', true);
  }
}
