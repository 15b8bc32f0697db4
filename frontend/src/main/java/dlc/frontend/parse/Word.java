// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.parse;

import dlc.grammar.DlLexer;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.antlr.v4.runtime.Token;

/**
 * A word of a program with what stands between it and the word before.
 *
 * <p>The last word of a file is its end, which has no text.
 */
final class Word {

  /**
   * A comment before a word.
   *
   * @param startsLine whether a line end stands before it
   * @param endsLine whether a line end stands after it
   * @param afterBlank whether an empty line stands before it
   */
  record Comment(String text, boolean startsLine, boolean endsLine, boolean afterBlank) {

    /** Whether it stands behind a word, on the same line, and nothing follows. */
    boolean trails() {
      return !startsLine && endsLine;
    }

    /** Whether nothing else stands on its line. */
    boolean isAlone() {
      return startsLine && endsLine;
    }
  }

  private final Token token;
  private final List<Comment> comments;
  private final boolean startsLine;
  private final boolean afterBlank;
  private final Set<Trait> traits = EnumSet.noneOf(Trait.class);

  /** The word of the declaration or statement that a brace belongs to, or -1. */
  private int owner = -1;

  /**
   * @param startsLine whether a line end stands anywhere between this word and the one before
   * @param afterBlank whether an empty line stands directly before it
   */
  Word(Token token, List<Comment> comments, boolean startsLine, boolean afterBlank) {
    this.token = token;
    this.comments = List.copyOf(comments);
    this.startsLine = startsLine;
    this.afterBlank = afterBlank;
  }

  String text() {
    return isEnd() ? "" : token.getText();
  }

  int type() {
    return token.getType();
  }

  boolean isEnd() {
    return token.getType() == Token.EOF;
  }

  List<Comment> comments() {
    return comments;
  }

  boolean startsLine() {
    return startsLine;
  }

  boolean afterBlank() {
    return afterBlank;
  }

  void add(Trait trait) {
    traits.add(trait);
  }

  boolean is(Trait trait) {
    return traits.contains(trait);
  }

  /** Whether a declaration, a setting or a statement begins here. */
  boolean starts() {
    return is(Trait.DECLARATION) || is(Trait.SETTING) || is(Trait.STATEMENT) || is(Trait.LAYER);
  }

  boolean opens() {
    return switch (type()) {
      case DlLexer.OPEN, DlLexer.CALL, DlLexer.BRACKET, DlLexer.INDEX, DlLexer.BRACE -> true;
      default -> false;
    };
  }

  boolean closes() {
    return switch (type()) {
      case DlLexer.CLOSE, DlLexer.CLOSE_BRACKET, DlLexer.CLOSE_BRACE -> true;
      default -> false;
    };
  }

  /** Whether a comment before it, which nothing may follow on its line, begins its line. */
  boolean mustStartLine() {
    return comments.stream().anyMatch(Comment::endsLine);
  }

  int owner() {
    return owner;
  }

  void setOwner(int word) {
    owner = word;
  }
}
