// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.data;

import dlc.base.Code;
import dlc.base.UserError;
import dlc.runtime.file.TextFile;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * The tokens that a model of text knows, by number: the characters of a text in the order of
 * Unicode, or all bytes.
 */
public final class Vocabulary {

  private static final String TOKENS = "dlc.tokens";
  private static final String CHARACTERS = "dlc.vocabulary";
  private static final int UNKNOWN = -1;

  /** What a token is. */
  public enum Unit {
    CHARACTER,
    BYTE
  }

  private final Unit unit;
  private final int[] characters;
  private final int[] numbers;

  private Vocabulary(Unit unit, int[] characters) {
    this.unit = unit;
    this.characters = characters;
    int last = characters.length == 0 ? -1 : characters[characters.length - 1];
    this.numbers = new int[last + 1];
    Arrays.fill(numbers, UNKNOWN);
    for (int i = 0; i < characters.length; i++) {
      numbers[characters[i]] = i;
    }
  }

  /** All 256 bytes. */
  public static Vocabulary bytes() {
    return new Vocabulary(Unit.BYTE, IntStream.range(0, 256).toArray());
  }

  /** The characters that occur in the text at {@code path}. */
  public static Vocabulary of(Path path) {
    BitSet found = new BitSet();
    TextFile.forEachCharacter(path, found::set);
    return new Vocabulary(Unit.CHARACTER, found.stream().toArray());
  }

  /** The characters that occur in {@code text}. */
  public static Vocabulary of(String text) {
    return new Vocabulary(Unit.CHARACTER, text.codePoints().sorted().distinct().toArray());
  }

  /** What {@link #metadata} wrote, if it did. */
  public static Optional<Vocabulary> read(Map<String, String> metadata) {
    return Optional.ofNullable(metadata.get(TOKENS))
        .map(tokens -> tokens.equals("byte") ? bytes() : of(metadata.getOrDefault(CHARACTERS, "")));
  }

  /** What a weight file says of the tokens, so that text can be made without the data. */
  public Map<String, String> metadata() {
    Map<String, String> metadata = new LinkedHashMap<>();
    switch (unit) {
      case BYTE -> metadata.put(TOKENS, "byte");
      case CHARACTER -> {
        metadata.put(TOKENS, "char");
        metadata.put(CHARACTERS, new String(characters, 0, characters.length));
      }
    }
    return metadata;
  }

  public Unit unit() {
    return unit;
  }

  public int size() {
    return characters.length;
  }

  /** What messages call each token. */
  List<String> names() {
    return IntStream.of(characters).mapToObj(this::name).toList();
  }

  /** The number of {@code character}, or below 0 where it is none of these. */
  int number(int character) {
    return character < numbers.length ? numbers[character] : UNKNOWN;
  }

  /** Tells {@code consumer} each token of the file at {@code path}, unknown ones too. */
  void forEach(Path path, IntConsumer consumer) {
    switch (unit) {
      case BYTE -> TextFile.forEachByte(path, consumer);
      case CHARACTER -> TextFile.forEachCharacter(path, consumer);
    }
  }

  /** What stands before a text: a line end, or else the first token. */
  public int[] start() {
    return new int[] {Math.max(0, number('\n'))};
  }

  /** The tokens of {@code text}, which must all be known. */
  public int[] encode(String text) {
    return switch (unit) {
      case BYTE -> {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        yield IntStream.range(0, bytes.length).map(i -> bytes[i] & 0xFF).toArray();
      }
      case CHARACTER -> text.codePoints().map(each -> known(text, each)).toArray();
    };
  }

  private int known(String text, int character) {
    int number = number(character);
    if (number < 0) {
      throw new UserError(
              Code.DATA_VALUE,
              "'" + text + "'",
              "the character %s did not occur in the text that was trained on"
                  .formatted(name(character)))
          .help("use others; these are known: " + String.join(" ", names()));
    }
    return number;
  }

  /** The text of {@code tokens}. */
  public String decode(int... tokens) {
    return switch (unit) {
      case BYTE -> {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        IntStream.of(tokens).forEach(bytes::write);
        yield bytes.toString(StandardCharsets.UTF_8);
      }
      case CHARACTER -> {
        int[] points = IntStream.of(tokens).map(token -> characters[token]).toArray();
        yield new String(points, 0, points.length);
      }
    };
  }

  /** A character that can be seen stands for itself. */
  String name(int character) {
    boolean isPlain = unit == Unit.CHARACTER || (character > 0x20 && character < 0x7F);
    boolean isVisible =
        isPlain
            && !Character.isISOControl(character)
            && !Character.isWhitespace(character)
            && !Character.isSpaceChar(character);
    if (isVisible) {
      return Character.toString(character);
    }
    return switch (character) {
      case ' ' -> "space";
      case '\n' -> "\\n";
      case '\t' -> "\\t";
      case '\r' -> "\\r";
      default -> unit == Unit.BYTE ? "0x%02x".formatted(character) : "U+%04X".formatted(character);
    };
  }
}
