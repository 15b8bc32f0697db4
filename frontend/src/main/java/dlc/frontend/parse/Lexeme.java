// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.parse;

import dlc.base.SourceFile;
import dlc.base.Span;
import dlc.grammar.DlLexer;
import java.util.ArrayList;
import java.util.List;
import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.Token;

/**
 * A word, sign or comment of a text that may be dl only in part, as an editor has it.
 *
 * @param isDoc whether it is a {@code ///} comment
 */
public record Lexeme(Kind kind, String text, Span span, boolean isDoc) {

  /** What a lexeme is, whatever stands around it. */
  public enum Kind {
    /** A name, or a keyword that may be one. */
    WORD,
    /** A keyword that is never a name. */
    KEYWORD,
    LITERAL,
    SIGN,
    COMMENT
  }

  /** All of {@code source} but the spaces; nothing is refused. */
  public static List<Lexeme> of(SourceFile source) {
    Places places = new Places(source);
    DlLexer lexer = new DlLexer(CharStreams.fromString(source.text(), source.name()));
    lexer.removeErrorListeners();
    List<Lexeme> lexemes = new ArrayList<>();
    for (Token token = lexer.nextToken(); token.getType() != Token.EOF; ) {
      if (token.getType() != DlLexer.SPACE) {
        boolean isDoc = token.getType() == DlLexer.DOC;
        lexemes.add(new Lexeme(kind(token.getType()), token.getText(), places.of(token), isDoc));
      }
      token = lexer.nextToken();
    }
    return lexemes;
  }

  /** Whether this is the sign or keyword {@code wanted}. */
  public boolean is(String wanted) {
    return kind != Kind.LITERAL && kind != Kind.COMMENT && text.equals(wanted);
  }

  private static Kind kind(int type) {
    return switch (type) {
      case DlLexer.DOC, DlLexer.COMMENT, DlLexer.BLOCK, DlLexer.UNTERMINATED_BLOCK -> Kind.COMMENT;
      case DlLexer.INT, DlLexer.FLOAT, DlLexer.STRING, DlLexer.UNTERMINATED_STRING -> Kind.LITERAL;
      default ->
          DlLexer.isWord(type)
              ? Kind.WORD
              : type >= DlLexer.YIELD && type <= DlLexer.NOT ? Kind.KEYWORD : Kind.SIGN;
    };
  }
}
