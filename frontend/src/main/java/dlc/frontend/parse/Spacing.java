// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.parse;

import dlc.grammar.DlLexer;

/** Whether a space stands between two words of one line. */
final class Spacing {

  private Spacing() {}

  static boolean between(Word left, Word right) {
    return !(hugsLeft(left, right) || hugsRight(left));
  }

  /** Whether {@code right} touches what stands before it. */
  private static boolean hugsLeft(Word left, Word right) {
    return switch (right.type()) {
      case DlLexer.COMMA,
          DlLexer.SEMICOLON,
          DlLexer.CLOSE,
          DlLexer.CLOSE_BRACKET,
          DlLexer.DOT,
          DlLexer.RANGE,
          DlLexer.CALL,
          DlLexer.INDEX ->
          true;
      case DlLexer.COLON -> !right.is(Trait.RANGE_COLON) || left.type() != DlLexer.COMMA;
      case DlLexer.CLOSE_BRACE -> left.type() == DlLexer.BRACE;
      default ->
          right.is(Trait.PARAMETERS) || right.is(Trait.DIMS) || right.is(Trait.ARGUMENT_SIGN);
    };
  }

  /** Whether {@code left} touches what stands behind it. */
  private static boolean hugsRight(Word left) {
    return switch (left.type()) {
      case DlLexer.OPEN, DlLexer.CALL, DlLexer.BRACKET, DlLexer.INDEX, DlLexer.DOT, DlLexer.RANGE ->
          true;
      default ->
          left.is(Trait.PREFIX) || left.is(Trait.RANGE_COLON) || left.is(Trait.ARGUMENT_SIGN);
    };
  }
}
