// SPDX-License-Identifier: Apache-2.0
package dlc.lsp;

import dlc.frontend.elaborate.SettingNames;
import dlc.frontend.parse.Lexeme;
import java.util.List;
import java.util.Optional;

/**
 * Where in a program one is about to write.
 *
 * @param callee the place of the name before an argument list that is open
 * @param setting the name of the setting whose values are written, in a train section
 */
record Cursor(Area area, int callee, Optional<String> setting) {

  /** What may be written. */
  enum Area {
    TOP,
    /** The name of a setting. */
    SETTING,
    /** A value of a setting. */
    SETTING_VALUE,
    ARGUMENT,
    /** A statement, such as a layer. */
    STATEMENT,
    /** A layer, after a label or an arrow. */
    LAYER,
    EXPRESSION,
    /** A weight or property, after a dot. */
    MEMBER,
    /** A comment or string. */
    NOTHING
  }

  private static final List<String> CONTINUING =
      List.of(
          ",", "=", "+", "-", "*", "/", "@", "^", "(", "[", "<", ">", "==", "!=", ":=", "<=", ">=");

  /** The place at {@code offset}; a word that ends there is being written and does not count. */
  static Cursor at(FileIndex file, int offset) {
    List<Lexeme> words = file.words();
    int before = words.size() - 1;
    while (before >= 0 && words.get(before).span().end() > offset) {
      boolean holds = words.get(before).span().start() < offset;
      if (holds && words.get(before).kind() == Lexeme.Kind.LITERAL) {
        return of(Area.NOTHING);
      }
      before--;
    }
    if (file.isInComment(offset)) {
      return of(Area.NOTHING);
    }
    boolean isHalf =
        before >= 0
            && words.get(before).span().end() == offset
            && words.get(before).kind() != Lexeme.Kind.SIGN;
    return between(file, isHalf ? before - 1 : before);
  }

  /** The place behind the word at {@code before}. */
  private static Cursor between(FileIndex file, int before) {
    List<Lexeme> words = file.words();
    String last = before < 0 ? "" : words.get(before).text();
    if (last.equals(".")) {
      return new Cursor(Area.MEMBER, before - 1, Optional.empty());
    }
    int opener = file.opener(before + 1);
    if (opener < 0) {
      return of(last.equals("=") ? Area.EXPRESSION : Area.TOP);
    }
    String bracket = words.get(opener).text();
    boolean isCall =
        bracket.equals("(") && opener > 0 && words.get(opener - 1).kind() == Lexeme.Kind.WORD;
    if (isCall && (last.equals("(") || last.equals(","))) {
      return new Cursor(Area.ARGUMENT, opener - 1, Optional.empty());
    }
    if (last.equals("->")) {
      return of(Area.LAYER);
    }
    if (!bracket.equals("{")) {
      return of(Area.EXPRESSION);
    }
    return inTrain(file, opener) ? setting(file, opener, before) : statement(last);
  }

  private static Cursor statement(String last) {
    if (last.equals(":")) {
      return of(Area.LAYER);
    }
    boolean isExpression =
        CONTINUING.contains(last)
            || List.of("in", "if", "repeat", "return", "yield", "and", "or", "not", "assert")
                .contains(last);
    return of(isExpression ? Area.EXPRESSION : Area.STATEMENT);
  }

  private static Cursor setting(FileIndex file, int opener, int before) {
    List<Lexeme> words = file.words();
    if (before == opener || words.get(before).is("}")) {
      return of(Area.SETTING);
    }
    for (int i = before; i > opener; i--) {
      if (isSetting(file, i)) {
        boolean isNext = i != before && !CONTINUING.contains(words.get(before).text());
        return isNext
            ? of(Area.SETTING)
            : new Cursor(Area.SETTING_VALUE, -1, Optional.of(words.get(i).text()));
      }
    }
    return of(Area.SETTING);
  }

  private static Cursor of(Area area) {
    return new Cursor(area, -1, Optional.empty());
  }

  private static boolean inTrain(FileIndex file, int opener) {
    return opener >= 2 && file.words().get(opener - 2).is("train");
  }

  /** Whether the word at {@code i} is the name of a setting. */
  static boolean isSetting(FileIndex file, int i) {
    int opener = file.opener(i);
    boolean isPlace = opener >= 0 && file.words().get(opener).is("{") && inTrain(file, opener);
    if (!isPlace || !SettingNames.settings().contains(file.words().get(i).text())) {
      return false;
    }
    boolean continues = i - 1 > opener && CONTINUING.contains(file.words().get(i - 1).text());
    boolean isArgument = i + 1 < file.words().size() && file.words().get(i + 1).is("=");
    return !continues && !isArgument;
  }
}
