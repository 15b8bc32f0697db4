// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlc.base.UserError;
import dlc.ir.DType;
import dlc.ir.TensorType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CsvSourceTest {

  private static final String FLOWERS =
      """
      width,colour,kind
      1,red,rose
      2,blue,aster
      3,red,rose
      4,white,lily
      5,blue,lily
      """;

  @TempDir Path folder;

  @Test
  void numbersTextClassesInSortedOrderAndSpreadsTextFeatures() throws IOException {
    Dataset all = all(FLOWERS, Map.of("label", "kind"));
    assertThat(all.classes()).containsExactly("aster", "lily", "rose");
    assertThat(all.inputs().getFirst().type()).isEqualTo(TensorType.of(DType.F32, 4));
    assertThat(values(all, 1)).containsExactly(2, 1, 0, 0);
    assertThat(values(all, 3)).containsExactly(4, 0, 0, 1);
    assertThat(all.target().orElseThrow().at(1)).isEqualTo(0);
    assertThat(all.place(0)).endsWith("t.csv:2");
  }

  @Test
  void takesNumbersAsTargetsForRegression() throws IOException {
    Dataset all =
        all(FLOWERS, Map.of("label", "width", "task", "regression", "features", List.of("colour")));
    assertThat(all.classes()).isEmpty();
    assertThat(all.target().orElseThrow().type().dtype()).isEqualTo(DType.F32);
    assertThat(all.inputs().getFirst().type().dims()).containsExactly(3);
  }

  @Test
  void readsTablesWithoutHeader() throws IOException {
    Dataset all = all("1,2,0\n3,4,2\n5,6,1\n7,8,0\n9,10,1\n", Map.of("header", false, "label", -1));
    assertThat(all.classes()).containsExactly("0", "1", "2");
    assertThat(values(all, 1)).containsExactly(3, 4);
  }

  @Test
  void replacesOrDropsBlanks() throws IOException {
    String text = "x,y\n1,0\n,1\n5,0\n3,1\n3,0\n";
    assertThatThrownBy(() -> all(text, Map.of()))
        .hasMessageContaining("t.csv:3:1: the cell in column 'x' is blank");
    assertThat(values(all(text, Map.of("missing", "mean")), 1)).containsExactly(3);
    Dataset dropped = all(text, Map.of("missing", "drop"));
    assertThat(dropped.inputs().getFirst().rows()).isEqualTo(4);
    assertThat(dropped.place(1)).endsWith("t.csv:4");
  }

  @Test
  void locatesTextAmongNumbers() {
    assertThatThrownBy(() -> all("x,y\n1,0\n2,1\n?,0\n3,1\n4,0\n", Map.of()))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("t.csv:4:1: '?' is not a number");
    assertThatThrownBy(() -> all("x,y\n1,0\n2,1.5\n2,0\n3,1\n4,0\n", Map.of()))
        .hasMessageContaining("t.csv:3:3: the label '1.5' is not a class number");
    assertThatThrownBy(() -> all("x,y\n1e99,0\n2,1\n2,0\n3,1\n4,0\n", Map.of()))
        .hasMessageContaining("t.csv:2:1: '1e99' is out of the range");
  }

  @Test
  void suggestsNames() {
    assertThatThrownBy(() -> all(FLOWERS, Map.of("label", "kinds")))
        .satisfies(
            error -> assertThat(((UserError) error).help()).contains("did you mean 'kind'?"));
    assertThatThrownBy(() -> all(FLOWERS, Map.of("lable", "kind")))
        .satisfies(
            error -> assertThat(((UserError) error).help()).contains("did you mean label=?"));
    assertThatThrownBy(() -> all(FLOWERS, Map.of("task", "guess")))
        .hasMessageContaining("task cannot be \"guess\"");
    assertThatThrownBy(() -> Requests.load(folder, "cvs", List.of(), Map.of()))
        .satisfies(error -> assertThat(((UserError) error).help()).contains("did you mean csv?"));
  }

  @Test
  void encodesOtherTablesAlike() throws IOException {
    Files.writeString(folder.resolve("t.csv"), FLOWERS);
    Files.writeString(folder.resolve("test.csv"), "colour,width,kind\nwhite,9,rose\n");
    SourceSpec training = SourceSpec.of("csv", List.of("t.csv"), Map.of());
    SourceSpec test = SourceSpec.of("csv", List.of("test.csv"), Map.of());
    Loaded loaded = Sources.load(Requests.of(training.withTest(test), folder));
    Dataset part = loaded.test().orElseThrow();
    assertThat(loaded.training().size()).isEqualTo(5);
    assertThat(values(part, 0)).containsExactly(9, 0, 0, 1);
    assertThat(Requests.labels(part)).containsExactly(2);
    Files.writeString(folder.resolve("new.csv"), "width,colour\n1,green\n");
    CsvEncoding encoding = CsvEncoding.of(training, Requests.of(training, folder).paths());
    assertThat(encoding.featureNames()).contains("width", "colour=blue");
    assertThatThrownBy(() -> encoding.inputs(folder.resolve("new.csv"), ',', true))
        .hasMessageContaining("new.csv:2:3: 'green' is a new value");
  }

  /** All rows of a table, whichever part they fell into. */
  private Dataset all(String text, Map<String, Object> named) throws IOException {
    Files.writeString(folder.resolve("t.csv"), text);
    SourceSpec spec = SourceSpec.of("csv", List.of("t.csv"), named);
    return new CsvSource().load(spec, Requests.of(spec, folder)).training();
  }

  private static double[] values(Dataset dataset, int sample) {
    Column column = dataset.inputs().getFirst();
    long width = column.type().elements();
    return LongStream.range(0, width)
        .mapToDouble(i -> column.at(dataset.row(sample) * width + i))
        .toArray();
  }
}
