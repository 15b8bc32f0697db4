// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.parse;

import dlc.base.Code;
import dlc.base.Diagnostics;
import dlc.grammar.DlLexer;
import dlc.grammar.DlParser;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.antlr.v4.runtime.DefaultErrorStrategy;
import org.antlr.v4.runtime.FailedPredicateException;
import org.antlr.v4.runtime.InputMismatchException;
import org.antlr.v4.runtime.NoViableAltException;
import org.antlr.v4.runtime.Parser;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.misc.IntervalSet;

/** Says what was expected in the words of the language, and recovers as ANTLR does. */
final class SyntaxErrors extends DefaultErrorStrategy {

  /** Tokens that continue an expression: always possible after one, never what is missing. */
  private static final Set<Integer> CONTINUING =
      Set.of(
          DlLexer.DOT,
          DlLexer.INDEX,
          DlLexer.POWER,
          DlLexer.MINUS,
          DlLexer.PLUS,
          DlLexer.TIMES,
          DlLexer.DIVIDE,
          DlLexer.REMAINDER,
          DlLexer.MATMUL,
          DlLexer.LESS,
          DlLexer.AT_MOST,
          DlLexer.GREATER,
          DlLexer.AT_LEAST,
          DlLexer.EQUAL,
          DlLexer.UNEQUAL,
          DlLexer.AND,
          DlLexer.OR,
          DlLexer.ARROW,
          DlLexer.RANGE,
          DlLexer.SEMICOLON);

  private static final int SHOWN = 24;

  private final Places places;
  private final Diagnostics diagnostics;

  SyntaxErrors(Places places, Diagnostics diagnostics) {
    this.places = places;
    this.diagnostics = diagnostics;
  }

  @Override
  protected void reportNoViableAlternative(Parser parser, NoViableAltException failure) {
    Token found = failure.getOffendingToken();
    boolean atStart = failure.getStartToken().getTokenIndex() == found.getTokenIndex();
    report(found, atStart ? describe(failure.getExpectedTokens()) : ruleNoun(parser));
  }

  @Override
  protected void reportInputMismatch(Parser parser, InputMismatchException failure) {
    report(failure.getOffendingToken(), describe(failure.getExpectedTokens()));
  }

  @Override
  protected void reportFailedPredicate(Parser parser, FailedPredicateException failure) {
    report(failure.getOffendingToken(), ruleNoun(parser));
  }

  @Override
  protected void reportUnwantedToken(Parser parser) {
    if (!inErrorRecoveryMode(parser)) {
      beginErrorCondition(parser);
      report(parser.getCurrentToken(), describe(getExpectedTokens(parser)));
    }
  }

  @Override
  protected void reportMissingToken(Parser parser) {
    reportUnwantedToken(parser);
  }

  private void report(Token found, String expected) {
    String text = found.getText();
    String shown =
        found.getType() == Token.EOF
            ? "the end of the file"
            : "'" + (text.length() > SHOWN ? text.substring(0, SHOWN) + "…" : text) + "'";
    var diagnostic = Code.SYNTAX.at(places.of(found), expected, shown);
    boolean apart = found.getType() == DlLexer.OPEN || found.getType() == DlLexer.BRACKET;
    diagnostics.report(
        apart
            ? diagnostic.withHelp("arguments and indices follow their name directly, as in f(x)")
            : diagnostic);
  }

  private static String ruleNoun(Parser parser) {
    return switch (parser.getRuleContext().getRuleIndex()) {
      case DlParser.RULE_declaration, DlParser.RULE_file -> "a declaration";
      case DlParser.RULE_statement, DlParser.RULE_block, DlParser.RULE_layerUse -> "a statement";
      case DlParser.RULE_setting -> "a setting";
      case DlParser.RULE_type, DlParser.RULE_results -> "a type";
      case DlParser.RULE_name, DlParser.RULE_names, DlParser.RULE_parameter -> "a name";
      default -> "an expression";
    };
  }

  private static String describe(IntervalSet expected) {
    List<String> parts = new ArrayList<>();
    boolean afterExpression = expected.contains(DlLexer.POWER);
    boolean statement = expected.contains(DlLexer.LET);
    boolean expression = expected.contains(DlLexer.INT);
    if (statement) {
      parts.add("a statement");
    } else if (expression) {
      parts.add("an expression");
    } else if (expected.contains(DlLexer.NAME)) {
      parts.add(expected.contains(DlLexer.CLOSE_BRACE) ? "a setting" : "a name");
    } else if (expected.contains(DlLexer.MODEL)) {
      parts.add("a declaration");
    }
    for (int type : expected.toList()) {
      boolean implied =
          DlLexer.isWord(type)
              || (type >= DlLexer.YIELD && type <= DlLexer.STRING && (statement || expression))
              || (expression && isPrefix(type))
              || (afterExpression && CONTINUING.contains(type))
              || type == DlLexer.SEMICOLON
              || (type == Token.EOF && !parts.isEmpty());
      if (!implied && !parts.contains(tokenNoun(type))) {
        parts.add(tokenNoun(type));
      }
    }
    int last = parts.size() - 1;
    return last < 1
        ? String.join("", parts)
        : String.join(", ", parts.subList(0, last)) + " or " + parts.get(last);
  }

  private static boolean isPrefix(int type) {
    return type == DlLexer.MINUS || type == DlLexer.OPEN || type == DlLexer.BRACKET;
  }

  private static String tokenNoun(int type) {
    return switch (type) {
      case Token.EOF -> "the end of the file";
      case DlLexer.STRING -> "a string";
      case DlLexer.CALL -> "'('";
      case DlLexer.INDEX -> "'['";
      default -> DlLexer.VOCABULARY.getDisplayName(type);
    };
  }
}
