// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlc.base.UserError;
import dlc.ir.DType;
import dlc.ir.TensorType;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Texts as data: windows of tokens, and the tokens after them. */
final class TextSourceTest {

  @TempDir Path folder;

  @Test
  void aWindowIsFollowedByTheNextOneAndPredictsEachNextToken() throws IOException {
    Dataset all = whole("abcabcabca", Map.of("context", 3));
    assertThat(all.classes()).containsExactly("a", "b", "c");
    assertThat(windows(all)).containsExactly("abc>bca", "abc>bca", "abc>bca");
    assertThat(all.place(2)).endsWith("a.txt, from token 6 on");
  }

  @Test
  void strideSaysHowFarWindowsAreApart() throws IOException {
    Dataset overlapping = whole("abcdefg", Map.of("context", 3, "stride", 1));
    assertThat(windows(overlapping)).containsExactly("abc>bcd", "bcd>cde", "cde>def", "def>efg");
    Dataset sparse = whole("abcdefg", Map.of("context", 2, "stride", 4));
    assertThat(windows(sparse)).containsExactly("ab>bc", "ef>fg");
  }

  @Test
  void partsAreCutFromTheEndAndPredictNoTokenTwice() throws IOException {
    String text = "abcdefghijklmnopqrstuvwxyz";
    Files.writeString(folder.resolve("a.txt"), text);
    SourceSpec spec = SourceSpec.of("text", List.of("a.txt", 2), Map.of("stride", 1));
    Split split = new Split(Optional.of(Split.Share.of(3)), Optional.of(Split.Share.of(2)));
    Loaded loaded = Sources.load(Requests.of(spec, folder, split, 1));
    assertThat(windows(loaded.test().orElseThrow())).containsExactly("wx>xy", "xy>yz");
    assertThat(windows(loaded.validation().orElseThrow()))
        .containsExactly("st>tu", "tu>uv", "uv>vw");
    assertThat(windows(loaded.training())).hasSize(17).endsWith("qr>rs");
  }

  @Test
  void theLastTenthIsForTesting() throws IOException {
    Files.writeString(folder.resolve("a.txt"), "ab".repeat(100));
    Loaded loaded = Requests.load(folder, "text", List.of("a.txt", 2), Map.of());
    assertThat(loaded.training().size()).isEqualTo(89);
    assertThat(loaded.test().orElseThrow().size()).isEqualTo(10);
  }

  @Test
  void charactersAreUnicodesAndBytesAreBytes() throws IOException {
    Dataset characters = whole("aé😀aé😀aé😀", Map.of("context", 2));
    assertThat(characters.classes()).containsExactly("a", "é", "😀");
    assertThat(windows(characters)).startsWith("aé>é😀");
    Dataset bytes = whole("aé", Map.of("context", 2, "tokens", "byte"));
    assertThat(bytes.classes()).hasSize(256);
    assertThat(windows(bytes)).hasSize(1);
    assertThat(bytes.target().orElseThrow().at(1)).isEqualTo(0xA9);
  }

  @Test
  void manyDifferentCharactersTakeIntsAndCompressedTextIsRead() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 300; i++) {
      text.appendCodePoint(0x4E00 + i);
    }
    try (OutputStream out =
        new GZIPOutputStream(Files.newOutputStream(folder.resolve("a.txt.gz")))) {
      out.write(text.toString().getBytes(StandardCharsets.UTF_8));
    }
    Loaded loaded = Requests.load(folder, "text", List.of("a.txt.gz"), Map.of("context", 10));
    Column tokens = loaded.training().inputs().getFirst();
    assertThat(tokens.type()).isEqualTo(TensorType.of(DType.I32, 10));
    assertThat(tokens.at(285)).isEqualTo(285);
  }

  @Test
  void chunksOfAFileMeetInTheMiddleOfACharacter() throws IOException {
    Dataset all = whole("a" + "é".repeat(70_000), Map.of("context", 1));
    assertThat(all.size()).isEqualTo(70_000);
    assertThat(all.classes()).containsExactly("a", "é");
  }

  @Test
  void tokensArriveAsInts() throws IOException {
    Dataset all = whole("abcabcabca", Map.of("context", 3));
    Map<String, TensorType> inputs = Map.of("text", TensorType.of(DType.I32, 3));
    Dataset fitted = all.forModel(inputs, Optional.of(TensorType.of(DType.I32, 3)));
    int[] batch = new int[6];
    fitted.inputs().getFirst().copyRow(1, MemorySegment.ofArray(batch), DType.I32, 1);
    assertThat(batch).containsExactly(0, 0, 0, 0, 1, 2);
    assertThatThrownBy(
            () -> all.forModel(Map.of("t", TensorType.of(DType.I32, 4)), Optional.empty()))
        .satisfies(
            error ->
                assertThat(((UserError) error).help().orElseThrow()).contains("declare t: i32[3]"));
  }

  @Test
  void theTestTextIsReadInTheTokensOfTheTrainingText() throws IOException {
    Files.writeString(folder.resolve("a.txt"), "xyzxyzxyz");
    Files.writeString(folder.resolve("b.txt"), "zyzy");
    Files.writeString(folder.resolve("c.txt"), "z\nyé");
    SourceSpec spec = SourceSpec.of("text", List.of("a.txt", 2), Map.of());
    SourceSpec fine = spec.withTest(SourceSpec.of("text", List.of("b.txt", 2), Map.of()));
    Loaded loaded = Sources.load(Requests.of(fine, folder));
    assertThat(windows(loaded.test().orElseThrow())).containsExactly("zy>yz");
    SourceSpec wrong = spec.withTest(SourceSpec.of("text", List.of("c.txt", 2), Map.of()));
    assertThatThrownBy(() -> Sources.load(Requests.of(wrong, folder)))
        .hasMessageContaining("c.txt:1: the character \\n does not occur in the training text");
  }

  @Test
  void saysWhatIsWrongWithAText() throws IOException {
    assertThatThrownBy(() -> whole("abc", Map.of("context", 3)))
        .hasMessageContaining("holds no samples")
        .satisfies(
            error ->
                assertThat(((UserError) error).help().orElseThrow())
                    .contains("context + 1 = 4 tokens, the text has 3"));
    assertThatThrownBy(() -> whole("abc", Map.of("tokens", "word")))
        .hasMessageContaining("tokens cannot be \"word\"");
    assertThatThrownBy(() -> whole("abc", Map.of("stride", 0)))
        .hasMessageContaining("stride is 0, it must be from 1 to");
    Files.write(folder.resolve("bad.txt"), new byte[] {'a', '\n', (byte) 0xFF, 'b'});
    assertThatThrownBy(() -> Requests.load(folder, "text", List.of("bad.txt"), Map.of()))
        .hasMessageContaining("bad.txt: line 2 is not UTF-8 text");
  }

  @Test
  void aModelMustTellAllTokensApart() throws IOException {
    Dataset all = whole("abcabcabca", Map.of("context", 3));
    all.requireClasses(3, OptionalInt.empty());
    assertThatThrownBy(() -> all.requireClasses(2, OptionalInt.empty()))
        .hasMessageContaining("the text has 3 different tokens, the model tells 2 apart");
  }

  @Test
  void aVocabularySurvivesInMetadata() {
    Vocabulary known = Vocabulary.of("hello\n\"wörld\"");
    Vocabulary read = Vocabulary.read(known.metadata()).orElseThrow();
    assertThat(read.decode(read.encode("hold\n"))).isEqualTo("hold\n");
    assertThat(read.size()).isEqualTo(known.size());
    assertThat(Vocabulary.read(Vocabulary.bytes().metadata()).orElseThrow().size()).isEqualTo(256);
    assertThat(Vocabulary.bytes().decode(Vocabulary.bytes().encode("é"))).isEqualTo("é");
    assertThatThrownBy(() -> known.encode("xyz"))
        .hasMessageContaining("the character x did not occur in the text that was trained on");
  }

  private Dataset whole(String text, Map<String, Object> named) throws IOException {
    Files.write(folder.resolve("a.txt"), text.getBytes(StandardCharsets.UTF_8));
    DataRequest request = Requests.of(SourceSpec.of("text", List.of("a.txt"), named), folder);
    return new TextSource().load(request.source(), request).training();
  }

  /** Each sample as {@code input>target}. */
  private static List<String> windows(Dataset dataset) {
    return IntStream.range(0, dataset.size())
        .mapToObj(
            sample ->
                text(dataset, dataset.inputs().getFirst(), sample)
                    + ">"
                    + text(dataset, dataset.target().orElseThrow(), sample))
        .toList();
  }

  private static String text(Dataset dataset, Column column, int sample) {
    int size = (int) column.type().elements();
    byte[] row = new byte[size];
    column.copyRow(dataset.row(sample), MemorySegment.ofArray(row), DType.U8, 0);
    int[] tokens = new int[size];
    Arrays.setAll(tokens, i -> MemorySegment.ofArray(row).get(ValueLayout.JAVA_BYTE, i) & 0xFF);
    return dataset.vocabulary().orElseThrow().decode(tokens);
  }
}
