// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.parse;

import dlc.base.Code;
import dlc.base.DeepStack;
import dlc.base.Diagnostics;
import dlc.base.SourceFile;
import dlc.base.Span;
import dlc.frontend.ast.Expression;
import dlc.frontend.ast.File;
import dlc.grammar.DlLexer;
import dlc.grammar.DlParser;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.ParserRuleContext;

/** Reads a text as dl; all syntax errors of the text are reported. */
public final class Parser {

  private static final int MAX_CHARACTERS = 4_000_000;

  private Parser() {}

  /** The tree of {@code source}; a file without declarations when anything was reported. */
  public static File parse(SourceFile source, Diagnostics diagnostics) {
    return parse(source, diagnostics, DlParser::file, TreeBuilder::file)
        .orElseGet(() -> new File(source, List.of()));
  }

  /** A text that is one expression, such as an option of the command line. */
  public static Optional<Expression> parseExpression(SourceFile source, Diagnostics diagnostics) {
    return parse(
        source,
        diagnostics,
        DlParser::soleExpression,
        (builder, tree) -> builder.expression(tree.expression()));
  }

  /** What {@code build} makes of the tree of {@code rule}; nothing when anything was reported. */
  static <C extends ParserRuleContext, T> Optional<T> parse(
      SourceFile source,
      Diagnostics diagnostics,
      Function<DlParser, C> rule,
      BiFunction<TreeBuilder, C, T> build) {
    int length = source.text().length();
    if (length > MAX_CHARACTERS) {
      Span start = new Span(source, 0, 0);
      diagnostics.report(Code.FILE_TOO_LARGE.at(start, length, MAX_CHARACTERS));
      return Optional.empty();
    }
    return DeepStack.call(() -> parseOnDeepStack(source, diagnostics, rule, build));
  }

  private static <C extends ParserRuleContext, T> Optional<T> parseOnDeepStack(
      SourceFile source,
      Diagnostics diagnostics,
      Function<DlParser, C> rule,
      BiFunction<TreeBuilder, C, T> build) {
    int before = diagnostics.count();
    Places places = new Places(source);
    DlLexer lexer = new DlLexer(CharStreams.fromString(source.text(), source.name()));
    lexer.removeErrorListeners();
    CommonTokenStream tokens = new CommonTokenStream(lexer);
    tokens.fill();
    if (!TokenChecks.check(tokens.getTokens(), places, diagnostics)) {
      return Optional.empty();
    }
    DlParser parser = new DlParser(tokens);
    parser.removeErrorListeners();
    parser.setErrorHandler(new SyntaxErrors(places, diagnostics));
    try {
      C tree = rule.apply(parser);
      if (diagnostics.count() > before) {
        return Optional.empty();
      }
      TreeBuilder builder = new TreeBuilder(tokens, places, diagnostics);
      T result = build.apply(builder, tree);
      return diagnostics.count() > before ? Optional.empty() : Optional.of(result);
    } catch (StackOverflowError tooDeep) {
      Span start = new Span(source, 0, 0);
      diagnostics.report(Code.TOO_DEEP.at(start, TreeBuilder.MAX_DEPTH));
      return Optional.empty();
    }
  }
}
