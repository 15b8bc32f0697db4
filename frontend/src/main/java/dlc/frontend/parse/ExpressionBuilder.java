// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.parse;

import dlc.base.Code;
import dlc.base.Diagnostics;
import dlc.base.Span;
import dlc.frontend.ast.Argument;
import dlc.frontend.ast.Expression;
import dlc.frontend.ast.LayerUse;
import dlc.frontend.ast.Name;
import dlc.grammar.DlParser;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;
import org.jspecify.annotations.Nullable;

/** The part of {@link TreeBuilder} that makes expressions. */
final class ExpressionBuilder {

  private final TreeBuilder trees;
  private final Places places;
  private final Diagnostics diagnostics;
  private int depth;

  ExpressionBuilder(TreeBuilder trees, Places places, Diagnostics diagnostics) {
    this.trees = trees;
    this.places = places;
    this.diagnostics = diagnostics;
  }

  /** What {@code build} makes, one level deeper; throws when that is too deep. */
  <T> T nested(ParserRuleContext tree, Supplier<T> build) {
    depth++;
    if (depth > TreeBuilder.MAX_DEPTH) {
      throw new StackOverflowError("at " + places.of(tree));
    }
    T result = build.get();
    depth--;
    return result;
  }

  Expression build(DlParser.ExpressionContext tree) {
    return nested(tree, () -> expression(tree));
  }

  List<Expression> listOf(DlParser.@Nullable ExpressionsContext tree) {
    return tree == null ? List.of() : tree.expression().stream().map(this::build).toList();
  }

  private Expression expression(DlParser.ExpressionContext tree) {
    Span span = places.of(tree);
    return switch (tree) {
      case DlParser.MemberOfContext t ->
          new Expression.Member(
              build(t.expression()), new Name(t.member().getText(), places.of(t.member())), span);
      case DlParser.IndexedContext t ->
          new Expression.Index(
              build(t.expression()), t.subscript().stream().map(this::subscript).toList(), span);
      case DlParser.PowerContext t ->
          new Expression.Binary(
              Expression.BinaryOperator.POWER,
              build(t.expression(0)),
              build(t.expression(1)),
              span);
      case DlParser.NegateContext t ->
          new Expression.Unary(Expression.UnaryOperator.NEGATE, build(t.expression()), span);
      case DlParser.InvertContext t ->
          new Expression.Unary(Expression.UnaryOperator.NOT, build(t.expression()), span);
      case DlParser.BinaryContext t ->
          new Expression.Binary(
              Expression.BinaryOperator.of(t.op.getText()),
              build(t.expression(0)),
              build(t.expression(1)),
              span);
      case DlParser.AppliedContext t ->
          new Expression.Applied(build(t.expression()), layerUse(t.layerUse()), span);
      case DlParser.CallContext t ->
          new Expression.Call(trees.name(t.name()), argumentsOf(t.arguments().argument()), span);
      case DlParser.NameUseContext t -> new Expression.NameUse(t.getText(), span);
      case DlParser.IntContext t -> intLiteral(t.getText(), span);
      case DlParser.FloatContext t -> floatLiteral(t.getText(), span);
      case DlParser.StringContext t ->
          new Expression.StringLiteral(string(t.STRING().getSymbol()), span);
      case DlParser.BoolContext t -> new Expression.BoolLiteral(t.TRUE() != null, span);
      case DlParser.GroupedContext t -> build(t.expression());
      case DlParser.ListContext t -> new Expression.ListLiteral(listOf(t.expressions()), span);
      case DlParser.ChooseContext t -> choice(t.choice());
      case DlParser.ScanContext t ->
          new Expression.Scan(
              t.scanClause().stream().map(this::scanClause).toList(), trees.body(t.block()), span);
      default -> throw new IllegalStateException("expression " + tree.getClass());
    };
  }

  private Expression choice(DlParser.ChoiceContext tree) {
    Expression otherwise =
        tree.choice() == null
            ? build(tree.expression(2))
            : nested(tree.choice(), () -> choice(tree.choice()));
    return new Expression.Choose(
        build(tree.expression(0)), build(tree.expression(1)), otherwise, places.of(tree));
  }

  private Expression.ScanClause scanClause(DlParser.ScanClauseContext tree) {
    return new Expression.ScanClause(
        trees.name(tree.name()), tree.IN() != null, build(tree.expression()));
  }

  LayerUse layerUse(DlParser.LayerUseContext tree) {
    Optional<List<Argument>> arguments =
        Optional.ofNullable(tree.arguments()).map(each -> argumentsOf(each.argument()));
    return new LayerUse(
        trees.optionalName(tree.label), trees.name(tree.kind), arguments, places.of(tree));
  }

  /** The arguments of a call or setting, of which the positional ones must come first. */
  List<Argument> argumentsOf(List<DlParser.ArgumentContext> trees) {
    List<Argument> arguments = new ArrayList<>();
    boolean named = false;
    for (DlParser.ArgumentContext tree : trees) {
      if (named && tree.name() == null) {
        diagnostics.report(Code.POSITIONAL_AFTER_NAMED.at(places.of(tree)));
      }
      named |= tree.name() != null;
      arguments.add(new Argument(this.trees.optionalName(tree.name()), build(tree.expression())));
    }
    return List.copyOf(arguments);
  }

  private Expression.Subscript subscript(DlParser.SubscriptContext tree) {
    // The bounds are told apart by the colons between them.
    List<Optional<Expression>> bounds = new ArrayList<>(List.of(Optional.empty()));
    for (var child : tree.children) {
      if (child instanceof DlParser.ExpressionContext bound) {
        bounds.set(bounds.size() - 1, Optional.of(build(bound)));
      } else {
        bounds.add(Optional.empty());
      }
    }
    boolean isRange = bounds.size() > 1;
    while (bounds.size() < 3) {
      bounds.add(Optional.empty());
    }
    return new Expression.Subscript(
        isRange, bounds.get(0), bounds.get(1), bounds.get(2), places.of(tree));
  }

  private Expression intLiteral(String text, Span span) {
    try {
      return new Expression.IntLiteral(Long.parseLong(text.replace("_", "")), span);
    } catch (NumberFormatException tooLarge) {
      diagnostics.report(Code.NUMBER_RANGE.at(span, shortened(text)));
      return new Expression.IntLiteral(0, span);
    }
  }

  private Expression floatLiteral(String text, Span span) {
    double value = Double.parseDouble(text.replace("_", ""));
    if (Double.isInfinite(value)) {
      diagnostics.report(Code.NUMBER_RANGE.at(span, shortened(text)));
    }
    return new Expression.FloatLiteral(value, span);
  }

  private static String shortened(String text) {
    return text.length() > 24 ? text.substring(0, 24) + "…" : text;
  }

  /** The value of a string token, which is its text between the quotes with escapes replaced. */
  String string(Token token) {
    String text = token.getText();
    StringBuilder value = new StringBuilder();
    for (int i = 1; i < text.length() - 1; i++) {
      char c = text.charAt(i);
      if (c == '\\') {
        i++;
        value.append(escaped(text.charAt(i), places.of(token)));
      } else {
        value.append(c);
      }
    }
    return value.toString();
  }

  private char escaped(char letter, Span span) {
    return switch (letter) {
      case 'n' -> '\n';
      case 't' -> '\t';
      case 'r' -> '\r';
      case '"', '\\' -> letter;
      default -> {
        diagnostics.report(
            Code.UNKNOWN_ESCAPE
                .at(span, "\\" + letter)
                .withHelp("the escapes are \\n \\t \\r \\\" \\\\"));
        yield letter;
      }
    };
  }
}
