// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.parse;

import dlc.frontend.parse.Word.Comment;
import dlc.grammar.DlLexer;
import java.util.ArrayList;
import java.util.List;

/** Writes words, line by line: indentation, spaces, comments, empty lines. */
final class Layout {

  private static final int STEP = 2;

  private final List<Word> words;
  private final LineBreaks breaks;
  private final Wrapping wrapping;
  private final int[] indents;

  /** By the bracket around them: whether parts have begun lines, which operators then continue. */
  private final boolean[] hasParts;

  private final int[] settingWidths;
  private final StringBuilder text = new StringBuilder();
  private boolean tooLong;

  private Layout(List<Word> words, LineBreaks breaks) {
    this.words = words;
    this.breaks = breaks;
    this.wrapping = new Wrapping(words, breaks);
    this.indents = new int[words.size()];
    this.hasParts = new boolean[words.size() + 1];
    this.settingWidths = new int[words.size()];
    for (int i = 0; i < words.size(); i++) {
      if (isAligned(i)) {
        int block = breaks.opener(i);
        settingWidths[block] = Math.max(settingWidths[block], words.get(i).text().length());
      }
    }
  }

  /** The words, the last of which is the end of the file, as text. */
  static String of(List<Word> words) {
    LineBreaks breaks = new LineBreaks(words);
    Layout layout;
    do {
      layout = new Layout(words, breaks);
      layout.write();
    } while (layout.tooLong);
    return layout.text.toString();
  }

  private void write() {
    int end = words.size() - 1;
    for (int i = 0; i < end; ) {
      int next = i + 1;
      while (next < end && !breaks.before(next)) {
        next++;
      }
      lead(i);
      line(i, next);
      i = next;
    }
    lead(end);
  }

  /** What stands on lines of its own before the line that begins at {@code i}. */
  private void lead(int i) {
    Word word = words.get(i);
    int indent = word.isEnd() ? 0 : indent(i);
    int ofComments = word.closes() ? indent + STEP : indent;
    boolean apart = standsApart(i);
    for (Comment comment : word.comments()) {
      if (!comment.trails() && comment.endsLine()) {
        emptyLine(apart || comment.afterBlank());
        apart = false;
        text.append(" ".repeat(ofComments)).append(comment.text()).append('\n');
      }
    }
    if (!word.isEnd()) {
      emptyLine(apart || (word.afterBlank() && (word.starts() || !word.comments().isEmpty())));
      indents[i] = indent;
    }
  }

  /** At most one empty line, none after an opening brace or at the beginning. */
  private void emptyLine(boolean wanted) {
    int length = text.length();
    boolean fits = length > 1 && text.charAt(length - 2) != '{' && text.charAt(length - 2) != '\n';
    if (wanted && fits) {
      text.append('\n');
    }
  }

  /** What has a body is set apart from its neighbours. */
  private boolean standsApart(int i) {
    if (i == 0 || !words.get(i).is(Trait.DECLARATION)) {
      return false;
    }
    int before = i - 1;
    while (!words.get(before).is(Trait.DECLARATION) && before > 0) {
      before--;
    }
    return words.get(i).is(Trait.ROUTINE) || words.get(before).is(Trait.ROUTINE);
  }

  private void line(int first, int next) {
    int indent = indents[first];
    StringBuilder line = new StringBuilder(" ".repeat(indent));
    List<Integer> columns = new ArrayList<>();
    for (int i = first; i < next; i++) {
      indents[i] = indent;
      if (i > first && Spacing.between(words.get(i - 1), words.get(i))) {
        line.append(" ".repeat(gap(i)));
      }
      inlineComments(words.get(i), line);
      line.append(words.get(i).text());
      columns.add(width(line));
    }
    if (columns.getLast() > Wrapping.WIDTH) {
      tooLong |= wrapping.wrap(first, columns, indent);
    }
    for (Comment comment : words.get(next).comments()) {
      if (comment.trails()) {
        line.append("  ").append(comment.text());
      }
    }
    text.append(line).append('\n');
  }

  private static void inlineComments(Word word, StringBuilder line) {
    for (Comment comment : word.comments()) {
      if (!comment.endsLine()) {
        int end = line.length() - 1;
        boolean apart = end < 0 || " ([".indexOf(line.charAt(end)) >= 0;
        line.append(apart ? "" : " ").append(comment.text()).append(' ');
      }
    }
  }

  private static int width(StringBuilder line) {
    return line.codePointCount(0, line.length());
  }

  /** The spaces before the word at {@code i}: the values of settings stand below each other. */
  private int gap(int i) {
    return isAligned(i - 1)
        ? settingWidths[breaks.opener(i - 1)] - words.get(i - 1).text().length() + 1
        : 1;
  }

  private boolean isAligned(int i) {
    return words.get(i).is(Trait.SETTING) && words.get(i + 1).type() != DlLexer.CALL;
  }

  private int indent(int i) {
    Word word = words.get(i);
    int opener = breaks.opener(i);
    if (word.is(Trait.BLOCK_END)) {
      return indents[words.get(breaks.partner(i)).owner()];
    }
    if (word.closes()) {
      return indents[breaks.partner(i)];
    }
    if (word.starts()) {
      hasParts[opener + 1] = false;
      return opener < 0 ? 0 : indents[words.get(opener).owner()] + STEP;
    }
    int base = opener >= 0 && words.get(opener).is(Trait.PARAMETERS) ? 2 * STEP : STEP;
    if (!word.is(Trait.INFIX)) {
      hasParts[opener + 1] = true;
    } else if (hasParts[opener + 1]) {
      base += STEP;
    }
    return continued(i, opener) + base;
  }

  /** The indentation of the line that the line that begins at {@code i} continues. */
  private int continued(int i, int opener) {
    boolean inBracket = opener >= 0 && !words.get(opener).is(Trait.BLOCK);
    if (inBracket) {
      return indents[opener];
    }
    int start = i - 1;
    while (start > 0 && !(words.get(start).starts() && breaks.opener(start) == opener)) {
      start--;
    }
    return indents[start];
  }
}
