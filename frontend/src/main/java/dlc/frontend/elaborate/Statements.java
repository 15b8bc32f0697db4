// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.elaborate;

import dlc.base.Code;
import dlc.base.Span;
import dlc.frontend.ast.Body;
import dlc.frontend.ast.Expression;
import dlc.frontend.ast.Name;
import dlc.frontend.ast.Statement;
import dlc.frontend.value.Complaint;
import dlc.frontend.value.Datum;
import dlc.frontend.value.Datum.Poison;
import dlc.frontend.value.Datum.TensorDatum;
import dlc.frontend.value.Read;
import dlc.ir.Role;
import dlc.ir.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Runs the statements of bodies. */
final class Statements {

  /** A loop that goes wrong at each turn should not go on for long. */
  private static final int STEPS_OF_A_MISTAKE = 1000;

  private final Elaboration run;

  Statements(Elaboration run) {
    this.run = run;
  }

  void run(Body body, Context context) {
    for (Statement statement : body.statements()) {
      int mark = run.trail.mark();
      try {
        run.located(
            statement.span(),
            context,
            () -> {
              run.step(1);
              if (context.activation().results().isPresent()) {
                throw new Complaint(Code.MISPLACED, "a statement", "the lines after return");
              }
              execute(statement, context);
            });
      } catch (Failure failure) {
        boolean endless = failure.diagnostic().code() == Code.TOO_MANY_STEPS;
        if (endless || run.isLibrary(statement.span())) {
          throw failure;
        }
        run.report(failure);
        run.located(statement.span(), context, () -> run.step(STEPS_OF_A_MISTAKE));
        run.trail.backTo(mark);
        poison(statement, context);
      }
    }
  }

  private static void poison(Statement statement, Context context) {
    switch (statement) {
      case Statement.Let(Name name, Expression _, Span _) ->
          context.scope().define(name.text(), Poison.POISON);
      case Statement.Declare declare ->
          context.scope().define(declare.name().text(), Poison.POISON);
      case Statement.State state -> context.scope().define(state.name().text(), Poison.POISON);
      case Statement.Assign(Name name, Expression _, Span _) -> {
        if (!context.scope().assign(name.text(), Poison.POISON)) {
          context.activation().setCurrent(Poison.POISON);
        }
      }
      case Statement.Yield _ -> yielded(context).ifPresent(all -> all.add(Poison.POISON));
      case Statement.Return _ -> context.activation().setResults(List.of(Poison.POISON));
      case Statement.Apply _, Statement.Repeat _, Statement.For _, Statement.If _ ->
          context.activation().setCurrent(Poison.POISON);
      case Statement.Update _, Statement.Assert _ -> {}
    }
  }

  private void execute(Statement statement, Context context) {
    switch (statement) {
      case Statement.Apply apply -> {
        Datum input =
            run.expressions.evaluate(
                new Expression.NameUse("it", apply.use().kind().span()), context);
        Datum result = run.layers.apply(apply.use(), input, context);
        if (result instanceof Datum.ListDatum) {
          throw new Complaint(Code.MISPLACED, "a layer that returns several values", "a stack")
              .help("let parts = it -> " + apply.use().kind() + "… has them: parts[0], parts[1]");
        }
        context.activation().setCurrent(result);
      }
      case Statement.Let let -> let(let, context);
      case Statement.Assign assign -> assign(assign, context);
      case Statement.Update update -> update(update, context);
      case Statement.Declare declare -> declare(declare, context);
      case Statement.State state -> state(state, context);
      case Statement.Repeat repeat -> repeat(repeat, context);
      case Statement.For loop -> loop(loop, context);
      case Statement.If branch -> branch(branch, context);
      case Statement.Assert check -> check(check, context);
      case Statement.Return result -> {
        List<Datum> values = new ArrayList<>();
        result.values().forEach(each -> values.add(run.expressions.evaluate(each, context)));
        context.activation().setResults(values);
      }
      case Statement.Yield each -> {
        List<Datum> all =
            yielded(context)
                .orElseThrow(
                    () ->
                        run.failure(
                            new Complaint(Code.MISPLACED, "yield", "a body outside a scan"),
                            each.span(),
                            context.activation()));
        all.add(run.expressions.evaluate(each.value(), context));
      }
    }
  }

  private static Optional<List<Datum>> yielded(Context context) {
    List<List<Datum>> yields = context.activation().yields();
    return yields.isEmpty() ? Optional.empty() : Optional.of(yields.getLast());
  }

  private void let(Statement.Let let, Context context) {
    Datum value = run.expressions.evaluate(let.value(), context);
    context.scope().define(let.name().text(), value);
    run.tell(let.name().span(), value);
  }

  private void assign(Statement.Assign assign, Context context) {
    Datum value = run.expressions.evaluate(assign.value(), context);
    String name = assign.name().text();
    run.tell(assign.name().span(), value);
    if (context.scope().assign(name, value)) {
      return;
    }
    if (!name.equals("it")) {
      throw run.failure(
          new Complaint(Code.MISPLACED, "an assignment to '" + name + "'", "this body")
              .help("let " + name + " = … names a value; only it changes"),
          assign.name().span(),
          context.activation());
    }
    Datum tensor =
        value == Poison.POISON
            ? value
            : run.located(assign.value().span(), context, () -> run.ops().tensor("it", value));
    context.activation().setCurrent(tensor);
    if (!run.isLibrary(assign.span())) {
      run.trail.add("it", tensor);
    }
  }

  private void update(Statement.Update update, Context context) {
    String name = update.name().text();
    Activation activation = context.activation();
    boolean isOptimizer = activation.updates().containsKey(name);
    String buffer = activation.buffers().get(name);
    if (!isOptimizer && buffer == null) {
      throw run.failure(
          new Complaint(Code.NOT_A_BUFFER, name).nearest(name, activation.buffers().keySet()),
          update.name().span(),
          activation);
    }
    if (!isOptimizer && !run.training) {
      return;
    }
    Datum value = run.expressions.evaluate(update.value(), context);
    if (value == Poison.POISON) {
      return;
    }
    run.located(
        update.value().span(),
        context,
        () -> {
          TensorDatum tensor = run.ops().tensor(name, value);
          if (isOptimizer) {
            activation.updates().put(name, tensor);
            context.scope().replace(name, tensor);
          } else if (buffer != null) {
            run.states.update(buffer, tensor);
            run.states.value(buffer).ifPresent(now -> context.scope().replace(name, now));
          }
        });
  }

  private void declare(Statement.Declare declare, Context context) {
    TensorType type = run.type(declare.type(), context);
    String name = declare.name().text();
    String stored = declare.storedAs().map(each -> storedName(each, context)).orElse(name);
    String path = context.frame().path(stored);
    boolean isWeight = declare.storage() == Statement.Storage.WEIGHT;
    if (isWeight && !type.dtype().isFloat()) {
      throw run.failure(
          new Complaint(Code.WRONG_TYPE, "weight " + name, "a float type", type)
              .help("only floats can be trained; a buffer may hold others"),
          declare.type().span(),
          context.activation());
    }
    Expression initial =
        declare
            .initial()
            .orElseGet(
                () ->
                    new Expression.NameUse(
                        isWeight ? "kaiming_uniform" : "zeros", declare.name().span()));
    TensorDatum value =
        run.located(
            declare.span(),
            context,
            () -> {
              context.frame().claim(stored);
              return run.states.declare(
                  path,
                  type,
                  isWeight ? Role.WEIGHT : Role.BUFFER,
                  run.place(declare.name().span(), context.activation()),
                  () -> run.states.initializer(initial, context));
            });
    if (!isWeight) {
      context.activation().buffers().put(name, path);
    }
    context.scope().define(name, value);
    run.tell(declare.name().span(), value);
    boolean ofModel = context.activation().caller().isEmpty();
    if (isWeight && ofModel) {
      run.rows.add(new LayerRow(path, "weight", type.toString(), type.elements(), 0));
    }
  }

  private String storedName(Expression expression, Context context) {
    Datum value = run.expressions.evaluate(expression, context);
    String name =
        run.located(expression.span(), context, () -> Read.string("the name of a weight", value));
    if (!name.matches("[A-Za-z_][A-Za-z0-9_]*")) {
      throw run.failure(
          new Complaint(Code.BAD_ARGUMENT, "weight", "'" + name + "' is not a name"),
          expression.span(),
          context.activation());
    }
    return name;
  }

  /** What an optimizer keeps for the weight at hand, or a schedule, under the owner's name. */
  private void state(Statement.State state, Context context) {
    Activation activation = context.activation();
    String name = state.name().text();
    Activation.Owner owner =
        activation
            .owner()
            .orElseThrow(
                () ->
                    run.failure(
                        new Complaint(Code.MISPLACED, "state", "this body")
                            .help("layers have buffer; optimizers and schedules have state"),
                        state.span(),
                        activation));
    TensorType type =
        state.type().map(syntax -> run.type(syntax, context)).orElse(owner.usualType());
    TensorDatum value =
        run.located(
            state.span(),
            context,
            () ->
                run.states.declare(
                    owner.path() + "/" + name,
                    type,
                    Role.STATE,
                    state.name().span(),
                    () -> run.states.initializer(state.initial(), context)));
    context.scope().define(name, value);
    activation.updates().put(name, value);
  }

  private void repeat(Statement.Repeat repeat, Context context) {
    Datum count = run.expressions.evaluate(repeat.count(), context);
    if (count == Poison.POISON) {
      context.activation().setCurrent(count);
      return;
    }
    long times =
        run.located(
            repeat.count().span(), context, () -> Read.integer("the count of repeat", count));
    if (times < 0) {
      throw run.failure(
          new Complaint(Code.BAD_ARGUMENT, "repeat", "the count is " + times),
          repeat.count().span(),
          context.activation());
    }
    String name = loopName("repeat", repeat.label(), repeat.span(), context);
    for (int i = 0; i < times; i++) {
      run.located(repeat.span(), context, () -> run.step(1));
      turn(context.frame().path(name), i, repeat.body(), context.turn(name, i));
    }
  }

  private void turn(String path, int index, Body body, Context inside) {
    boolean isOwn = !run.isLibrary(body.span());
    if (isOwn) {
      run.witness.enterTurn(path, index);
    }
    run(body, inside);
    if (isOwn) {
      run.witness.leaveTurn(inside.activation().current());
    }
  }

  private String loopName(String kind, Optional<Name> label, Span span, Context context) {
    Span place = label.map(Name::span).orElse(span);
    return run.located(place, context, () -> context.frame().next(kind, label));
  }

  private void loop(Statement.For loop, Context context) {
    String name = loopName("for", loop.label(), loop.span(), context);
    Datum from = run.expressions.evaluate(loop.items(), context);
    Optional<Datum> to = loop.end().map(end -> run.expressions.evaluate(end, context));
    if (from == Poison.POISON || to.equals(Optional.of(Poison.POISON))) {
      context.activation().setCurrent(Poison.POISON);
      return;
    }
    if (to.isPresent()) {
      long first = run.located(loop.items().span(), context, () -> Read.integer("the range", from));
      long end =
          run.located(loop.items().span(), context, () -> Read.integer("the range", to.get()));
      for (long i = first; i < end; i++) {
        turn(loop, name, (int) (i - first), new Datum.IntDatum(i), context);
      }
      return;
    }
    List<Datum> items =
        run.located(loop.items().span(), context, () -> Read.list("the items of for", from));
    for (int i = 0; i < items.size(); i++) {
      turn(loop, name, i, items.get(i), context);
    }
  }

  private void turn(Statement.For loop, String name, int index, Datum item, Context context) {
    run.located(loop.span(), context, () -> run.step(1));
    Context inside = context.turn(name, index);
    List<Name> names = loop.names();
    if (names.size() == 1) {
      inside.scope().define(names.getFirst().text(), item);
    } else {
      List<Datum> parts =
          run.located(loop.items().span(), context, () -> Read.list("each item of for", item));
      if (parts.size() != names.size()) {
        throw run.failure(
            new Complaint(
                Code.BAD_ARGUMENT,
                "for",
                names.size() + " names for an item of length " + parts.size()),
            loop.items().span(),
            context.activation());
      }
      for (int i = 0; i < parts.size(); i++) {
        inside.scope().define(names.get(i).text(), parts.get(i));
      }
    }
    turn(context.frame().path(name), index, loop.body(), inside);
  }

  private void branch(Statement.If branch, Context context) {
    Optional<Boolean> condition = run.expressions.condition(branch.condition(), "if", context);
    if (condition.isEmpty()) {
      context.activation().setCurrent(Poison.POISON);
    } else if (condition.get()) {
      run(branch.then(), context.inner());
    } else {
      branch.otherwise().ifPresent(body -> run(body, context.inner()));
    }
  }

  /** In the library an assertion is about the shape or arguments that the program gave. */
  private void check(Statement.Assert check, Context context) {
    Optional<Boolean> holds = run.expressions.condition(check.condition(), "assert", context);
    if (holds.orElse(true)) {
      return;
    }
    String message =
        check
            .message()
            .map(each -> run.expressions.evaluate(each, context).toString())
            .orElse("the assertion does not hold");
    boolean ofSetting = context.activation().owner().isPresent();
    Complaint complaint =
        run.isLibrary(check.span())
            ? new Complaint(
                ofSetting ? Code.BAD_SETTING : Code.SHAPE, context.activation().name(), message)
            : new Complaint(Code.ASSERTION, message);
    check.help().ifPresent(help -> complaint.help(run.expressions.evaluate(help, context) + ""));
    throw run.failure(complaint, check.condition().span(), context.activation());
  }
}
