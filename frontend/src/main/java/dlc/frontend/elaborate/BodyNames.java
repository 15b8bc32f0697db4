// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.elaborate;

import dlc.frontend.ast.Body;
import dlc.frontend.ast.Expression;
import dlc.frontend.ast.LayerUse;
import dlc.frontend.ast.Name;
import dlc.frontend.ast.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The names in a body: those that it binds somewhere, and those that it uses. */
final class BodyNames {

  final Set<String> bound = new TreeSet<>();
  final List<LayerUse> layers = new ArrayList<>();
  final List<Name> calls = new ArrayList<>();
  final List<Expression.NameUse> values = new ArrayList<>();

  void add(Body body) {
    body.statements().forEach(this::add);
  }

  private void add(Statement statement) {
    switch (statement) {
      case Statement.Apply apply -> use(apply.use());
      case Statement.Let let -> {
        bind(let.name());
        add(let.value());
      }
      case Statement.Assign assign -> add(assign.value());
      case Statement.Update update -> add(update.value());
      case Statement.Declare declare -> {
        bind(declare.name());
        declare.storedAs().ifPresent(this::add);
        declare.type().dims().ifPresent(dims -> dims.forEach(this::add));
        declare.initial().ifPresent(this::add);
      }
      case Statement.State state -> {
        bind(state.name());
        add(state.initial());
      }
      case Statement.Repeat repeat -> {
        repeat.label().ifPresent(this::bind);
        add(repeat.count());
        add(repeat.body());
      }
      case Statement.For loop -> {
        loop.label().ifPresent(this::bind);
        loop.names().forEach(this::bind);
        add(loop.items());
        loop.end().ifPresent(this::add);
        add(loop.body());
      }
      case Statement.If branch -> {
        add(branch.condition());
        add(branch.then());
        branch.otherwise().ifPresent(this::add);
      }
      case Statement.Assert check -> {
        add(check.condition());
        check.message().ifPresent(this::add);
        check.help().ifPresent(this::add);
      }
      case Statement.Return result -> result.values().forEach(this::add);
      case Statement.Yield each -> add(each.value());
    }
  }

  void add(Expression expression) {
    switch (expression) {
      case Expression.IntLiteral _,
          Expression.FloatLiteral _,
          Expression.BoolLiteral _,
          Expression.StringLiteral _ -> {}
      case Expression.NameUse name -> values.add(name);
      case Expression.ListLiteral list -> list.items().forEach(this::add);
      case Expression.Call call -> {
        calls.add(call.function());
        call.arguments().forEach(each -> add(each.value()));
      }
      case Expression.Member member -> add(member.owner());
      case Expression.Index index -> {
        add(index.owner());
        index.subscripts().forEach(this::add);
      }
      case Expression.Unary unary -> add(unary.operand());
      case Expression.Binary binary -> {
        add(binary.lhs());
        add(binary.rhs());
      }
      case Expression.Applied applied -> {
        add(applied.input());
        use(applied.use());
      }
      case Expression.Choose choose -> {
        add(choose.condition());
        add(choose.then());
        add(choose.otherwise());
      }
      case Expression.Scan scan -> {
        for (Expression.ScanClause clause : scan.clauses()) {
          bind(clause.name());
          add(clause.value());
        }
        add(scan.body());
      }
    }
  }

  private void add(Expression.Subscript subscript) {
    for (Optional<Expression> part : List.of(subscript.from(), subscript.to(), subscript.step())) {
      part.ifPresent(this::add);
    }
  }

  private void use(LayerUse use) {
    use.label().ifPresent(this::bind);
    layers.add(use);
    use.arguments().ifPresent(all -> all.forEach(each -> add(each.value())));
  }

  private void bind(Name name) {
    bound.add(name.text());
  }
}
