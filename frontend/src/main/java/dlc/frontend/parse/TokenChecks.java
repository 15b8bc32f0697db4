// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.parse;

import dlc.base.Code;
import dlc.base.Diagnostics;
import dlc.grammar.DlLexer;
import java.util.List;
import java.util.Locale;
import org.antlr.v4.runtime.CommonToken;
import org.antlr.v4.runtime.Token;

/** What must hold of the words before they are parsed: all known, brackets not too deep. */
final class TokenChecks {

  private static final int MAX_NESTING = 200;

  private TokenChecks() {}

  /** Reports what is wrong; false when parsing makes no sense. */
  static boolean check(List<Token> tokens, Places places, Diagnostics diagnostics) {
    int depth = 0;
    boolean sensible = true;
    for (Token token : tokens) {
      switch (token.getType()) {
        case DlLexer.UNKNOWN -> {
          diagnostics.report(Code.UNKNOWN_CHARACTER.at(places.of(token), shown(token.getText())));
          ((CommonToken) token).setChannel(Token.HIDDEN_CHANNEL);
        }
        case DlLexer.UNTERMINATED_STRING -> {
          diagnostics.report(
              Code.UNTERMINATED.at(places.of(token), "string").withHelp("add the closing '\"'"));
          ((CommonToken) token).setType(DlLexer.STRING);
        }
        case DlLexer.UNTERMINATED_BLOCK -> {
          diagnostics.report(
              Code.UNTERMINATED.at(places.of(token), "comment").withHelp("add the closing '*/'"));
          sensible = false;
        }
        case DlLexer.OPEN, DlLexer.CALL, DlLexer.BRACKET, DlLexer.INDEX, DlLexer.BRACE -> {
          depth++;
          if (depth > MAX_NESTING) {
            diagnostics.report(Code.TOO_DEEP.at(places.of(token), MAX_NESTING));
            return false;
          }
        }
        case DlLexer.CLOSE, DlLexer.CLOSE_BRACKET, DlLexer.CLOSE_BRACE -> depth--;
        default -> {}
      }
    }
    return sensible;
  }

  private static String shown(String character) {
    int codePoint = character.codePointAt(0);
    return Character.isISOControl(codePoint) || Character.isSurrogate((char) codePoint)
        ? String.format(Locale.ROOT, "U+%04X", codePoint)
        : "'" + character + "'";
  }
}
