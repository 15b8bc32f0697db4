// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.parse;

import dlc.grammar.DlLexer;
import java.util.List;

/**
 * Breaks lines that are too long.
 *
 * <p>A body on the line of its header comes first; then the places between layers, after commas and
 * before operators, those outside of brackets before those inside. As many words stay on a line as
 * fit. Each call adds line ends or none, so repeating it comes to an end.
 */
final class Wrapping {

  static final int WIDTH = 100;

  /** What a continued line is indented by at most beyond the line that it continues. */
  private static final int INDENT = 4;

  /** The highest rank of a place outside of brackets. */
  private static final int OUTSIDE = 2;

  private final List<Word> words;
  private final LineBreaks breaks;

  Wrapping(List<Word> words, LineBreaks breaks) {
    this.words = words;
    this.breaks = breaks;
  }

  /**
   * Breaks a line that is too long.
   *
   * @param columns where each word of the line ends, from its first word on
   * @return whether there was a place
   */
  boolean wrap(int first, List<Integer> columns, int indent) {
    for (int i = first; i < first + columns.size(); i++) {
      if (words.get(i).is(Trait.BLOCK) && !breaks.isSpread(i) && breaks.partner(i) > i + 1) {
        breaks.spread(i);
        return true;
      }
    }
    for (int i = first; i < first + columns.size() - 1; i++) {
      if (words.get(i).is(Trait.PARAMETERS) && isLongHeader(i, first, columns)) {
        breaks.add(i + 1);
        return true;
      }
    }
    return fill(first, columns, indent) || spreadChoice(first, columns);
  }

  /** Whether it is the parameters from {@code i} on that are too long, or what they belong to. */
  private boolean isLongHeader(int i, int first, List<Integer> columns) {
    int close = breaks.partner(i);
    boolean isWide = close >= first + columns.size() || columns.get(close - first) > WIDTH;
    return close > i + 1 && (words.get(first).is(Trait.ROUTINE) || isWide);
  }

  /** The last resort: the values of a choice get lines of their own. */
  private boolean spreadChoice(int first, List<Integer> columns) {
    for (int i = first; i < first + columns.size(); i++) {
      if (words.get(i).is(Trait.CHOICE) && !breaks.isSpread(i)) {
        breaks.spread(i);
        return true;
      }
    }
    return false;
  }

  /** Fills lines up at the places of least rank. */
  private boolean fill(int first, List<Integer> columns, int indent) {
    int end = first + columns.size();
    int least = Integer.MAX_VALUE;
    boolean hasChoice = false;
    for (int i = first + 1; i < end; i++) {
      least = Math.min(least, rank(first, i));
      hasChoice |= words.get(i).is(Trait.CHOICE);
    }
    if (least == Integer.MAX_VALUE || (hasChoice && least > OUTSIDE)) {
      return false;
    }
    int shift = 0;
    int last = -1;
    boolean changed = false;
    for (int i = first + 1; i <= end; i++) {
      boolean isPlace = i == end || rank(first, i) == least;
      if (!isPlace) {
        continue;
      }
      if (columns.get(i - 1 - first) - shift > WIDTH && last > 0) {
        breaks.add(last);
        changed = true;
        shift = columns.get(last - 1 - first) - indent - INDENT;
      }
      last = i;
    }
    return changed || single(first, columns, least);
  }

  /** Where even the first piece is too long, it gets a line to itself. */
  private boolean single(int first, List<Integer> columns, int least) {
    for (int i = first + 1; i < first + columns.size(); i++) {
      if (rank(first, i) == least) {
        breaks.add(i);
        return true;
      }
    }
    return false;
  }

  /** How good a place the word at {@code i} is to begin a line; less is better. */
  private int rank(int first, int i) {
    Word word = words.get(i);
    if (word.is(Trait.LAYER) && breaks.isSpread(breaks.opener(i))) {
      return -1;
    }
    boolean isPlace = !word.starts() && !word.closes() && breaks.mayBreak(i);
    if (!isPlace || word.is(Trait.BLOCK_END)) {
      return Integer.MAX_VALUE;
    }
    int depth = word.is(Trait.CONDITION) ? 2 : 0;
    for (int opener = breaks.opener(i); opener >= first; opener = breaks.opener(opener)) {
      depth++;
    }
    return switch (words.get(i - 1).type()) {
      case DlLexer.COMMA -> 3 * depth;
      case DlLexer.ASSIGN, DlLexer.UPDATE -> 3 * depth + 2;
      default -> word.is(Trait.INFIX) ? 3 * depth + 1 : Integer.MAX_VALUE;
    };
  }
}
