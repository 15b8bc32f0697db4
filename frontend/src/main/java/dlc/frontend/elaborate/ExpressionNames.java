// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.elaborate;

import dlc.base.Span;
import dlc.frontend.ast.Argument;
import dlc.frontend.ast.Expression;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds out which names an expression uses. */
final class ExpressionNames {

  private ExpressionNames() {}

  static boolean uses(Expression expression, String name) {
    return (expression instanceof Expression.NameUse use && use.name().equals(name))
        || parts(expression).anyMatch(part -> uses(part, name));
  }

  /** A name that stands alone, or is called. */
  record Use(String name, List<Argument> arguments, Span span) {}

  /** The names that {@code expression} uses, from left to right. */
  static List<Use> calls(Expression expression) {
    List<Use> calls = new ArrayList<>();
    addCalls(expression, calls);
    return calls;
  }

  private static void addCalls(Expression expression, List<Use> calls) {
    if (expression instanceof Expression.NameUse use) {
      calls.add(new Use(use.name(), List.of(), use.span()));
    } else if (expression instanceof Expression.Call call) {
      calls.add(new Use(call.function().text(), call.arguments(), call.span()));
    }
    parts(expression).forEach(part -> addCalls(part, calls));
  }

  private static Stream<Expression> parts(Expression expression) {
    return switch (expression) {
      case Expression.IntLiteral _,
          Expression.FloatLiteral _,
          Expression.BoolLiteral _,
          Expression.StringLiteral _,
          Expression.NameUse _ ->
          Stream.of();
      case Expression.ListLiteral list -> list.items().stream();
      case Expression.Call call -> call.arguments().stream().map(each -> each.value());
      case Expression.Member member -> Stream.of(member.owner());
      case Expression.Index index ->
          Stream.concat(
              Stream.of(index.owner()),
              index.subscripts().stream()
                  .flatMap(each -> Stream.of(each.from(), each.to(), each.step()))
                  .flatMap(Optional::stream));
      case Expression.Unary unary -> Stream.of(unary.operand());
      case Expression.Binary binary -> Stream.of(binary.lhs(), binary.rhs());
      case Expression.Applied applied ->
          Stream.concat(
              Stream.of(applied.input()),
              applied.use().arguments().orElse(List.of()).stream().map(each -> each.value()));
      case Expression.Choose choose ->
          Stream.of(choose.condition(), choose.then(), choose.otherwise());
      case Expression.Scan scan -> scan.clauses().stream().map(Expression.ScanClause::value);
    };
  }
}
