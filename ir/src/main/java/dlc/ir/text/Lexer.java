// SPDX-License-Identifier: Apache-2.0
package dlc.ir.text;

import dlc.base.Code;
import dlc.base.CompilationFailed;
import dlc.base.SourceFile;
import dlc.base.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Takes IR text apart into tokens. */
final class Lexer {

  /** What a token is. */
  enum Kind {
    /** A word: a mnemonic, a type, the name of an attribute. */
    WORD("a word"),
    /** Between quotes. */
    STRING("a string"),
    NUMBER("a number"),
    /** {@code %name} or {@code %"name"} or {@code %0}. */
    VALUE("a value"),
    /** {@code @name} or {@code @"name"}. */
    FUNCTION("a function's name"),
    SYMBOL("a symbol"),
    END("the end of the text");

    private final String description;

    Kind(String description) {
      this.description = description;
    }

    @Override
    public String toString() {
      return description;
    }
  }

  /** A token and where it stands. */
  record Token(Kind kind, String text, Span span) {
    boolean is(String symbol) {
      return (kind == Kind.SYMBOL || kind == Kind.WORD) && text.equals(symbol);
    }

    /** How a message names it. */
    String shown() {
      return kind == Kind.END ? kind.toString() : "'" + text + "'";
    }
  }

  // Possessive quantifiers: without them a long string overflows the stack of the matcher.
  private static final String QUOTED = "\"(?:[^\"\\\\\\n]|\\\\[\"\\\\n])*+\"";
  private static final String NAME = "(?:[A-Za-z_0-9]++|" + QUOTED + ")";
  private static final Pattern TOKEN =
      Pattern.compile(
          "(?<blank>(?:\\s|//[^\\n]*+)++)"
              + "|(?<value>%"
              + NAME
              + ")"
              + "|(?<function>@"
              + NAME
              + ")"
              + "|(?<word>[A-Za-z_][A-Za-z0-9_]*+)"
              + "|(?<number>-inf\\b|-?[0-9]++(?:\\.[0-9]++)?+(?:[eE][-+]?[0-9]++)?+)"
              + "|(?<string>"
              + QUOTED
              + ")"
              + "|(?<symbol>[(){}\\[\\],:=])");

  private Lexer() {}

  /** The tokens of {@code source}, the last of kind {@link Kind#END}. */
  static List<Token> tokens(SourceFile source) {
    String text = source.text();
    List<Token> tokens = new ArrayList<>();
    Matcher matcher = TOKEN.matcher(text);
    int at = 0;
    while (at < text.length()) {
      if (!matcher.region(at, text.length()).lookingAt()) {
        throw unreadable(source, at);
      }
      if (matcher.group("blank") == null) {
        tokens.add(new Token(kind(matcher), matcher.group(), new Span(source, at, matcher.end())));
      }
      at = matcher.end();
    }
    tokens.add(new Token(Kind.END, "", new Span(source, at, at)));
    return tokens;
  }

  private static Kind kind(Matcher matcher) {
    if (matcher.group("word") != null) {
      return Kind.WORD;
    }
    if (matcher.group("string") != null) {
      return Kind.STRING;
    }
    if (matcher.group("number") != null) {
      return Kind.NUMBER;
    }
    if (matcher.group("value") != null) {
      return Kind.VALUE;
    }
    return matcher.group("function") != null ? Kind.FUNCTION : Kind.SYMBOL;
  }

  private static CompilationFailed unreadable(SourceFile source, int at) {
    int character = source.text().codePointAt(at);
    boolean quote = character == '"' || source.text().startsWith("\"", at + 1);
    Span span = new Span(source, at, at + Character.charCount(character));
    return new CompilationFailed(
        List.of(
            quote
                ? Code.UNTERMINATED.at(span, "string")
                : Code.UNKNOWN_CHARACTER.at(span, "'" + Character.toString(character) + "'")));
  }
}
