// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.parse;

import dlc.grammar.DlLexer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/**
 * Where lines begin.
 *
 * <p>Declarations, settings and statements have lines of their own. Layers share a line where the
 * author put them on one, and a body stays on the line of its header if it was there. Within an
 * expression the author's line ends are kept after commas and opening brackets, and before
 * operators. More are added where a line gets too long ({@link Wrapping}); the result of that is a
 * text whose own line ends ask for the same lines again.
 */
final class LineBreaks {

  private static final int NONE = -1;

  private final List<Word> words;
  private final int[] openers;
  private final int[] partners;

  /** By the word that owns a brace, so that both sides of an else look alike. */
  private final boolean[] isSpread;

  private final boolean[] isAdded;

  LineBreaks(List<Word> words) {
    this.words = words;
    this.openers = new int[words.size()];
    this.partners = new int[words.size()];
    this.isSpread = new boolean[words.size()];
    this.isAdded = new boolean[words.size()];
    match();
    spreadBlocks();
  }

  private void match() {
    Arrays.fill(partners, NONE);
    Deque<Integer> open = new ArrayDeque<>();
    for (int i = 0; i < words.size(); i++) {
      if (words.get(i).closes() && !open.isEmpty()) {
        int opener = open.pop();
        partners[opener] = i;
        partners[i] = opener;
      }
      openers[i] = open.isEmpty() ? NONE : open.peek();
      if (words.get(i).opens()) {
        open.push(i);
      }
    }
  }

  /** A body that holds a line end has each of its statements on a new line, and so its else. */
  private void spreadBlocks() {
    int lastLine = 0;
    int[] lastBefore = new int[words.size()];
    for (int i = 0; i < words.size(); i++) {
      lastLine = words.get(i).startsLine() ? i : lastLine;
      lastBefore[i] = lastLine;
    }
    for (int i = 0; i < words.size(); i++) {
      boolean isAsked =
          words.get(i).is(Trait.BLOCK)
              ? words.get(i + 1).is(Trait.SETTING) || lastBefore[partners[i]] > i
              : words.get(i).is(Trait.CHOICE) && words.get(i + 1).startsLine();
      if (isAsked) {
        spread(i);
      }
    }
  }

  /** The innermost bracket that is open before the word at {@code i}, or -1. */
  int opener(int i) {
    return openers[i];
  }

  /** The bracket that belongs to the bracket at {@code i}. */
  int partner(int i) {
    return partners[i];
  }

  /** Whether what the brace at {@code opener} begins has lines of its own. */
  boolean isSpread(int opener) {
    return isSpread[words.get(opener).owner()];
  }

  void spread(int opener) {
    isSpread[words.get(opener).owner()] = true;
  }

  /** Makes the word at {@code i} begin a line. */
  void add(int i) {
    isAdded[i] = true;
  }

  /** Whether the word at {@code i} begins a line. */
  boolean before(int i) {
    Word word = words.get(i);
    if (i == 0) {
      return false;
    }
    if (word.is(Trait.DECLARATION) || word.mustStartLine()) {
      return true;
    }
    boolean isAsked = word.startsLine() || isAdded[i];
    if (word.is(Trait.BLOCK_END)) {
      return isSpread(partners[i]) && partners[i] < i - 1;
    }
    if (word.is(Trait.CHOICE_END)) {
      return isSpread(partners[i]);
    }
    if (words.get(i - 1).is(Trait.CHOICE)) {
      return isSpread(i - 1);
    }
    if (word.is(Trait.SETTING) || word.is(Trait.STATEMENT)) {
      return isSpread(openers[i]);
    }
    if (word.is(Trait.LAYER)) {
      return isSpread(openers[i]) && (isAsked || !followsLayer(i));
    }
    return isAsked && mayBreak(i);
  }

  private boolean followsLayer(int i) {
    for (int j = i - 1; j > openers[i]; j--) {
      if (openers[j] == openers[i] && words.get(j).starts()) {
        return words.get(j).is(Trait.LAYER);
      }
    }
    return false;
  }

  /** Whether a line may begin within an expression, before the word at {@code i}. */
  boolean mayBreak(int i) {
    Word word = words.get(i);
    Word before = words.get(i - 1);
    if (word.type() == DlLexer.SEMICOLON || before.type() == DlLexer.SEMICOLON) {
      return false;
    }
    if (word.closes()) {
      int opener = partners[i];
      return opener < i - 1 && before(opener + 1);
    }
    return switch (before.type()) {
      case DlLexer.COMMA, DlLexer.OPEN, DlLexer.CALL, DlLexer.BRACKET, DlLexer.INDEX -> true;
      case DlLexer.ASSIGN -> !before.is(Trait.ARGUMENT_SIGN);
      case DlLexer.UPDATE -> true;
      default -> word.is(Trait.INFIX);
    };
  }
}
