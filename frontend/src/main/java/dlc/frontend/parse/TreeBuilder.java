// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.parse;

import dlc.base.Diagnostics;
import dlc.base.Span;
import dlc.frontend.ast.Body;
import dlc.frontend.ast.Declaration;
import dlc.frontend.ast.Expression;
import dlc.frontend.ast.File;
import dlc.frontend.ast.Name;
import dlc.frontend.ast.Parameter;
import dlc.frontend.ast.Setting;
import dlc.frontend.ast.Statement;
import dlc.frontend.ast.TypeSyntax;
import dlc.grammar.DlLexer;
import dlc.grammar.DlParser;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.Token;
import org.jspecify.annotations.Nullable;

/** Turns ANTLR's tree of a text without syntax errors into the front end's own. */
final class TreeBuilder {

  /** How deep operators and blocks may nest. */
  static final int MAX_DEPTH = 1000;

  private final CommonTokenStream tokens;
  private final Places places;
  private final ExpressionBuilder expressions;

  TreeBuilder(CommonTokenStream tokens, Places places, Diagnostics diagnostics) {
    this.tokens = tokens;
    this.places = places;
    this.expressions = new ExpressionBuilder(this, places, diagnostics);
  }

  /** The words, spaces and comments that the tree was made of. */
  List<Token> tokens() {
    return tokens.getTokens();
  }

  File file(DlParser.FileContext tree) {
    return new File(places.source(), tree.declaration().stream().map(this::declaration).toList());
  }

  Expression expression(DlParser.ExpressionContext tree) {
    return expressions.build(tree);
  }

  private Optional<Expression> optional(DlParser.@Nullable ExpressionContext tree) {
    return Optional.ofNullable(tree).map(this::expression);
  }

  private Declaration declaration(DlParser.DeclarationContext tree) {
    Span span = places.of(tree);
    String doc = docBefore(tree.getStart());
    return switch (tree) {
      case DlParser.ImportFileContext t ->
          new Declaration.Import(expressions.string(t.STRING().getSymbol()), span);
      case DlParser.ParamContext t ->
          new Declaration.Param(
              name(t.name()), optionalType(t.type()), expression(t.expression()), doc, span);
      case DlParser.RoutineContext t ->
          new Declaration.Routine(
              Declaration.RoutineKind.valueOf(t.kind.getText().toUpperCase(Locale.ROOT)),
              name(t.name()),
              parameters(t.parameters()),
              optionalType(t.type()),
              body(t.block()),
              doc,
              span);
      case DlParser.FunctionContext t ->
          new Declaration.Function(
              name(t.name()), parameters(t.parameters()), expression(t.expression()), doc, span);
      case DlParser.ModelContext t ->
          new Declaration.Model(
              name(t.name()),
              parameters(t.parameters()),
              t.results() == null
                  ? List.of()
                  : t.results().type().stream().map(this::type).toList(),
              body(t.block()),
              doc,
              span);
      case DlParser.TrainContext t ->
          new Declaration.Train(
              name(t.name()), t.setting().stream().map(this::setting).toList(), span);
      default -> throw new IllegalStateException("declaration " + tree.getClass());
    };
  }

  /** The text of the {@code ///} comments that stand directly before {@code token}. */
  private String docBefore(Token token) {
    List<Token> hidden = tokens.getHiddenTokensToLeft(token.getTokenIndex());
    if (hidden == null) {
      return "";
    }
    return hidden.stream()
        .filter(each -> each.getChannel() == DlLexer.DOCS)
        .map(each -> each.getText().substring(3))
        .map(line -> line.startsWith(" ") ? line.substring(1) : line)
        .map(String::stripTrailing)
        .collect(Collectors.joining("\n"));
  }

  private Setting setting(DlParser.SettingContext tree) {
    return new Setting(
        name(tree.name()), expressions.argumentsOf(tree.argument()), places.of(tree));
  }

  private List<Parameter> parameters(DlParser.@Nullable ParametersContext tree) {
    if (tree == null) {
      return List.of();
    }
    return tree.parameter().stream()
        .map(
            each ->
                new Parameter(
                    name(each.name()), optionalType(each.type()), optional(each.expression())))
        .toList();
  }

  private Optional<TypeSyntax> optionalType(DlParser.@Nullable TypeContext tree) {
    return Optional.ofNullable(tree).map(this::type);
  }

  private TypeSyntax type(DlParser.TypeContext tree) {
    Optional<List<Expression>> dims =
        tree.CLOSE_BRACKET() == null
            ? Optional.empty()
            : Optional.of(expressions.listOf(tree.expressions()));
    return new TypeSyntax(name(tree.name()), dims, places.of(tree));
  }

  Name name(DlParser.NameContext tree) {
    return new Name(tree.getText(), places.of(tree));
  }

  Optional<Name> optionalName(DlParser.@Nullable NameContext tree) {
    return Optional.ofNullable(tree).map(this::name);
  }

  Body body(DlParser.BlockContext tree) {
    List<Statement> statements = new ArrayList<>();
    for (DlParser.StatementContext statement : tree.statement()) {
      statements.add(expressions.nested(statement, () -> statement(statement)));
    }
    return new Body(statements, places.of(tree));
  }

  private Statement statement(DlParser.StatementContext tree) {
    Span span = places.of(tree);
    return switch (tree) {
      case DlParser.DeclareWeightContext t ->
          new Statement.Declare(
              t.role.getType() == DlLexer.WEIGHT
                  ? Statement.Storage.WEIGHT
                  : Statement.Storage.BUFFER,
              name(t.name()),
              optional(t.path),
              type(t.type()),
              optional(t.initial),
              span);
      case DlParser.DeclareStateContext t ->
          new Statement.State(
              name(t.name()), optionalType(t.type()), expression(t.expression()), span);
      case DlParser.LetContext t ->
          new Statement.Let(name(t.name()), expression(t.expression()), span);
      case DlParser.RepeatContext t ->
          new Statement.Repeat(
              optionalName(t.name()), expression(t.expression()), body(t.block()), span);
      case DlParser.ForContext t -> forLoop(t, span);
      case DlParser.IfContext t -> branch(t.branch());
      case DlParser.AssertContext t ->
          new Statement.Assert(
              expression(t.expression(0)),
              optional(t.expression(1)),
              optional(t.expression(2)),
              span);
      case DlParser.ReturnContext t ->
          new Statement.Return(t.expression().stream().map(this::expression).toList(), span);
      case DlParser.YieldContext t -> new Statement.Yield(expression(t.expression()), span);
      case DlParser.AssignContext t ->
          new Statement.Assign(name(t.name()), expression(t.expression()), span);
      case DlParser.UpdateContext t ->
          new Statement.Update(name(t.name()), expression(t.expression()), span);
      case DlParser.ApplyContext t -> new Statement.Apply(expressions.layerUse(t.layerUse()), span);
      default -> throw new IllegalStateException("statement " + tree.getClass());
    };
  }

  private Statement forLoop(DlParser.ForContext tree, Span span) {
    return new Statement.For(
        optionalName(tree.name()),
        tree.names().name().stream().map(this::name).toList(),
        expression(tree.expression(0)),
        optional(tree.expression(1)),
        body(tree.block()),
        span);
  }

  private Statement branch(DlParser.BranchContext tree) {
    Optional<Body> otherwise = Optional.empty();
    if (tree.branch() != null) {
      Statement next = expressions.nested(tree.branch(), () -> branch(tree.branch()));
      otherwise = Optional.of(new Body(List.of(next), places.of(tree.branch())));
    } else if (tree.block().size() > 1) {
      otherwise = Optional.of(body(tree.block(1)));
    }
    return new Statement.If(
        expression(tree.expression()), body(tree.block(0)), otherwise, places.of(tree));
  }
}
