// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.elaborate;

import dlc.base.Code;
import dlc.base.Span;
import dlc.frontend.ast.Argument;
import dlc.frontend.ast.Declaration.Routine;
import dlc.frontend.ast.Declaration.RoutineKind;
import dlc.frontend.ast.Expression;
import dlc.frontend.ast.Expression.BinaryOperator;
import dlc.frontend.library.Arithmetic;
import dlc.frontend.library.Functions;
import dlc.frontend.library.Lookups;
import dlc.frontend.value.Complaint;
import dlc.frontend.value.Datum;
import dlc.frontend.value.Datum.BoolDatum;
import dlc.frontend.value.Datum.FloatDatum;
import dlc.frontend.value.Datum.InitializerDatum;
import dlc.frontend.value.Datum.IntDatum;
import dlc.frontend.value.Datum.LayerDatum;
import dlc.frontend.value.Datum.ListDatum;
import dlc.frontend.value.Datum.NoneDatum;
import dlc.frontend.value.Datum.Poison;
import dlc.frontend.value.Datum.StringDatum;
import dlc.frontend.value.Datum.TensorDatum;
import dlc.frontend.value.Read;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Evaluates expressions: known ones to their values, others to tensors of the graph. */
final class Expressions {

  private static final Subscripts.Subscript WHOLE =
      new Subscripts.Subscript(true, Optional.empty(), Optional.empty(), Optional.empty());

  private final Elaboration run;

  Expressions(Elaboration run) {
    this.run = run;
  }

  static ListDatum list(List<Integer> values) {
    return new ListDatum(values.stream().map(each -> (Datum) new IntDatum(each)).toList());
  }

  Datum evaluate(Expression expression, Context context) {
    return switch (expression) {
      case Expression.IntLiteral(long value, Span _) -> new IntDatum(value);
      case Expression.FloatLiteral(double value, Span _) -> new FloatDatum(value);
      case Expression.BoolLiteral(boolean value, Span _) -> new BoolDatum(value);
      case Expression.StringLiteral(String value, Span _) -> new StringDatum(value);
      case Expression.ListLiteral list -> listLiteral(list, context);
      case Expression.NameUse name -> {
        Datum value = nameUse(name, context);
        run.tell(name.span(), value);
        yield value;
      }
      case Expression.Call call -> run.calls.call(call, context);
      case Expression.Member member -> member(member, context);
      case Expression.Index index -> index(index, context);
      case Expression.Unary unary -> unary(unary, context);
      case Expression.Binary binary -> binary(binary, context);
      case Expression.Applied applied -> applied(applied, context);
      case Expression.Choose choose -> choose(choose, context);
      case Expression.Scan scan -> new Scans(run).scan(scan, context);
    };
  }

  private Datum listLiteral(Expression.ListLiteral list, Context context) {
    List<Datum> items = new ArrayList<>();
    for (Expression item : list.items()) {
      items.add(evaluate(item, context));
    }
    return items.contains(Poison.POISON) ? Poison.POISON : new ListDatum(items);
  }

  private Datum nameUse(Expression.NameUse use, Context context) {
    String name = use.name();
    Optional<Datum> defined = context.scope().lookup(name);
    if (defined.isPresent()) {
      return defined.get();
    }
    if (run.losses().isPresent() && run.losses().get().declares(name)) {
      return run.losses().get().apply(name, use.span(), List.of(), context);
    }
    return switch (name) {
      case "it" ->
          context
              .activation()
              .current()
              .orElseThrow(
                  () ->
                      run.failure(
                          new Complaint(Code.NO_CURRENT_VALUE), use.span(), context.activation()));
      case "training" -> new BoolDatum(run.training);
      case "none" -> NoneDatum.NONE;
      case "pi" -> new FloatDatum(Math.PI);
      case "infinity" -> new FloatDatum(Double.POSITIVE_INFINITY);
      default ->
          context
              .frame()
              .labelled(name)
              .map(instance -> (Datum) new LayerDatum(instance.path()))
              .orElseThrow(
                  () -> run.failure(undefined(use, context), use.span(), context.activation()));
    };
  }

  /** What is wrong with a name that stands for nothing in {@code context}. */
  Complaint undefined(Expression.NameUse use, Context context) {
    String name = use.name();
    Complaint complaint = new Complaint(Code.UNDEFINED_NAME, name);
    if (run.declarations.function(name, use.span().source()).isPresent()
        || Functions.named(name).isPresent()) {
      return complaint.help("'" + name + "' is a function: " + name + "(…)");
    }
    if (run.declarations.names("layer").contains(name)) {
      return complaint.help("'" + name + "' is a layer: x -> " + name);
    }
    List<String> known = new ArrayList<>(context.scope().names());
    known.addAll(List.of("it", "training", "none", "pi"));
    return complaint.nearest(name, known);
  }

  private Datum member(Expression.Member expression, Context context) {
    Datum owner = evaluate(expression.owner(), context);
    String member = expression.member().text();
    return switch (owner) {
      case Poison poison -> poison;
      case LayerDatum(String path) -> run.layers.member(path, expression.member(), context);
      case TensorDatum tensor when member.equals("shape") -> list(tensor.dims());
      case TensorDatum tensor when member.equals("rank") -> new IntDatum(tensor.rank());
      default ->
          throw run.failure(
              new Complaint(Code.UNDEFINED_NAME, member)
                  .help("a tensor has .shape and .rank, a labelled layer its weights"),
              expression.member().span(),
              context.activation());
    };
  }

  private Datum index(Expression.Index index, Context context) {
    Datum owner = evaluate(index.owner(), context);
    if (owner == Poison.POISON) {
      return owner;
    }
    List<Subscripts.Subscript> subscripts = new ArrayList<>();
    Optional<TensorDatum> places = Optional.empty();
    int dim = 0;
    int dimOfPlaces = 0;
    for (Expression.Subscript each : index.subscripts()) {
      Optional<TensorDatum> here = places(each, owner, context);
      if (here.isPresent() && places.isPresent()) {
        throw run.failure(
            new Complaint(Code.BAD_ARGUMENT, "index", "two of its places are tensors")
                .help("index with one tensor, and what that gives with the other"),
            index.span(),
            context.activation());
      }
      if (here.isPresent()) {
        places = here;
        dimOfPlaces = dim;
      }
      subscripts.add(here.isPresent() ? WHOLE : subscript(each, context));
      dim += subscripts.getLast().isRange() ? 1 : 0;
    }
    int at = dimOfPlaces;
    Optional<TensorDatum> looked = places;
    return run.located(
        index.span(),
        context,
        () -> {
          Datum part = Subscripts.apply(run.ops(), owner, subscripts);
          return looked.isEmpty()
              ? part
              : Lookups.at(run.ops(), (TensorDatum) part, looked.get(), at);
        });
  }

  /** The indices that a tensor in a subscript of a tensor holds. */
  private Optional<TensorDatum> places(
      Expression.Subscript subscript, Datum owner, Context context) {
    return subscript.isRange() || !(owner instanceof TensorDatum)
        ? Optional.empty()
        : subscript
            .from()
            .map(each -> evaluate(each, context))
            .filter(TensorDatum.class::isInstance)
            .map(TensorDatum.class::cast);
  }

  private Subscripts.Subscript subscript(Expression.Subscript each, Context context) {
    return new Subscripts.Subscript(
        each.isRange(),
        bound(each.from(), context),
        bound(each.to(), context),
        bound(each.step(), context));
  }

  private Optional<Integer> bound(Optional<Expression> expression, Context context) {
    return expression.map(
        each -> {
          Datum value = evaluate(each, context);
          return run.located(each.span(), context, () -> Read.small("an index", value));
        });
  }

  private Datum unary(Expression.Unary unary, Context context) {
    Datum operand = evaluate(unary.operand(), context);
    if (operand == Poison.POISON) {
      return operand;
    }
    return run.located(
        unary.span(),
        context,
        () ->
            switch (unary.operator()) {
              case NEGATE -> Arithmetic.negate(run.ops(), operand);
              case NOT -> Arithmetic.invert(run.ops(), operand);
            });
  }

  private Datum binary(Expression.Binary binary, Context context) {
    Datum lhs = evaluate(binary.lhs(), context);
    boolean isLogical =
        binary.operator() == BinaryOperator.AND || binary.operator() == BinaryOperator.OR;
    if (isLogical && lhs instanceof BoolDatum(boolean known)) {
      if (known == (binary.operator() == BinaryOperator.OR)) {
        return lhs;
      }
      Datum rhs = evaluate(binary.rhs(), context);
      boolean fits = rhs instanceof BoolDatum || rhs instanceof TensorDatum || rhs == Poison.POISON;
      if (!fits) {
        throw run.failure(
            new Complaint(
                Code.WRONG_OPERANDS, binary.operator(), lhs.type() + " and " + rhs.type()),
            binary.span(),
            context.activation());
      }
      return rhs;
    }
    Datum rhs = evaluate(binary.rhs(), context);
    if (lhs == Poison.POISON || rhs == Poison.POISON) {
      return Poison.POISON;
    }
    return run.located(
        binary.span(), context, () -> Arithmetic.binary(run.ops(), binary.operator(), lhs, rhs));
  }

  /** The trail follows the current value, so what a side branch adds to it is taken back. */
  private Datum applied(Expression.Applied applied, Context context) {
    int mark = run.trail.mark();
    Datum result = chain(applied, context);
    run.trail.backTo(mark);
    return result;
  }

  private Datum chain(Expression.Applied applied, Context context) {
    Datum input =
        applied.input() instanceof Expression.Applied before
            ? chain(before, context)
            : evaluate(applied.input(), context);
    Datum tensor =
        input == Poison.POISON
            ? input
            : run.located(applied.input().span(), context, () -> run.ops().tensor("->", input));
    return run.layers.apply(applied.use(), tensor, context);
  }

  private Datum choose(Expression.Choose choose, Context context) {
    Optional<Boolean> condition = condition(choose.condition(), "if", context);
    if (condition.isEmpty()) {
      return Poison.POISON;
    }
    return evaluate(condition.get() ? choose.then() : choose.otherwise(), context);
  }

  /** A condition, which must be known; nothing when it is poison. */
  Optional<Boolean> condition(Expression expression, String of, Context context) {
    Datum value = evaluate(expression, context);
    if (value == Poison.POISON) {
      return Optional.empty();
    }
    return run.located(
        expression.span(), context, () -> Optional.of(Read.bool("the condition of " + of, value)));
  }

  /** What stands where an initializer is expected: one, or a number or tensor. */
  Datum initializer(Expression expression, Context context) {
    return switch (expression) {
      case Expression.NameUse use
          when context.scope().lookup(use.name()).isEmpty() && !use.name().equals("none") ->
          named(use.name(), use.span(), List.of(), context);
      case Expression.Call call when routine(call.function().text(), call.span()).isPresent() ->
          named(call.function().text(), call.span(), call.arguments(), context);
      case Expression.Choose choose ->
          condition(choose.condition(), "if", context)
              .map(holds -> initializer(holds ? choose.then() : choose.otherwise(), context))
              .orElse(Poison.POISON);
      default -> evaluate(expression, context);
    };
  }

  private Optional<Routine> routine(String name, Span span) {
    return run.declarations.routine(RoutineKind.INITIALIZER, name, span.source());
  }

  private Datum named(String name, Span span, List<Argument> arguments, Context context) {
    Routine routine =
        routine(name, span)
            .orElseThrow(
                () ->
                    run.failure(
                        new Complaint(Code.UNKNOWN_INITIALIZER, name)
                            .nearest(name, run.declarations.names("initializer")),
                        span,
                        context.activation()));
    var bound = run.calls.bind(name, routine.parameters(), arguments, span, context);
    return bound.containsValue(Poison.POISON)
        ? Poison.POISON
        : new InitializerDatum(routine, bound, span);
  }
}
