// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.elaborate;

import dlc.base.Code;
import dlc.base.Span;
import dlc.frontend.ast.Argument;
import dlc.frontend.ast.Declaration;
import dlc.frontend.ast.Expression;
import dlc.frontend.ast.Name;
import dlc.frontend.ast.Parameter;
import dlc.frontend.ast.TypeSyntax;
import dlc.frontend.library.Arguments;
import dlc.frontend.library.Functions;
import dlc.frontend.library.Primitive;
import dlc.frontend.value.Complaint;
import dlc.frontend.value.Datum;
import dlc.frontend.value.Datum.BoolDatum;
import dlc.frontend.value.Datum.FloatDatum;
import dlc.frontend.value.Datum.IntDatum;
import dlc.frontend.value.Datum.ListDatum;
import dlc.frontend.value.Datum.NoneDatum;
import dlc.frontend.value.Datum.StringDatum;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Binds arguments to parameters and calls functions. */
final class Calls {

  /**
   * What is called.
   *
   * @param signature as messages show it
   */
  private record Callee(String name, List<Parameter> parameters, String signature) {

    static Callee of(String name, List<Parameter> parameters) {
      String signature =
          parameters.stream()
              .map(
                  each ->
                      each.name()
                          + each.preset().map(preset -> "=" + preset.span().text()).orElse(""))
              .collect(Collectors.joining(", ", name + "(", ")"));
      return new Callee(name, parameters, signature);
    }

    /** The complaint with the signature as a way out. */
    Complaint explains(Complaint complaint) {
      return complaint.help(parameters.isEmpty() ? "" : "it is called as " + signature);
    }
  }

  private final Elaboration run;

  Calls(Elaboration run) {
    this.run = run;
  }

  /** The value of a call in an expression. */
  Datum call(Expression.Call call, Context context) {
    run.located(call.span(), context, () -> run.step(1));
    Name name = call.function();
    if (run.losses().isPresent()
        && !run.isLibrary(call.span())
        && run.losses().get().declares(name.text())) {
      return run.losses().get().apply(name.text(), call.span(), call.arguments(), context);
    }
    Optional<Declaration.Function> function =
        run.declarations.function(name.text(), name.span().source());
    if (function.isPresent()) {
      return apply(function.get(), call, context);
    }
    Primitive primitive =
        Functions.named(name.text())
            .orElseThrow(() -> run.failure(unknown(name), name.span(), context.activation()));
    return apply(primitive, call, context);
  }

  /** What is wrong with the call of a function that is not there. */
  Complaint unknown(Name name) {
    Complaint complaint = new Complaint(Code.UNKNOWN_FUNCTION, name);
    if (run.declarations.names("layer").contains(name.text())) {
      return complaint.help("'" + name + "' is a layer: x -> " + name + "(…)");
    }
    if (run.declarations.names("loss").contains(name.text())) {
      return complaint.help("'" + name + "' is a loss, which stands alone: loss " + name);
    }
    List<String> known = new ArrayList<>(run.declarations.names("fn"));
    known.addAll(Functions.names());
    return complaint.nearest(name.text(), known);
  }

  private Datum apply(Declaration.Function function, Expression.Call call, Context context) {
    String name = function.name().text();
    Map<String, Datum> bound =
        bind(name, function.parameters(), call.arguments(), call.span(), context);
    if (bound.containsValue(Datum.Poison.POISON)) {
      return Datum.Poison.POISON;
    }
    String label =
        bound.values().stream()
            .filter(Datum.TensorDatum.class::isInstance)
            .map(Datum::type)
            .collect(Collectors.joining(" and "));
    Activation activation =
        run.located(
            call.span(),
            context,
            () ->
                run.activate(
                    name,
                    function.span(),
                    call.span(),
                    Optional.of(context.activation()),
                    label.isEmpty() ? "" : "called with " + label));
    Scope scope = run.outerScope(function.span().source());
    bound.forEach(scope::define);
    Context inside = new Context(activation, context.frame(), scope);
    return run.expressions.evaluate(function.value(), inside);
  }

  private Datum apply(Primitive primitive, Expression.Call call, Context context) {
    String name = primitive.name();
    List<Primitive.Slot> slots = primitive.slots();
    List<Parameter> parameters =
        slots.stream()
            .map(
                slot ->
                    new Parameter(
                        new Name(slot.name(), call.span()), Optional.empty(), Optional.empty()))
            .toList();
    Callee callee = new Callee(name, parameters, primitive.signature());
    Map<String, Datum> bound = new LinkedHashMap<>();
    place(callee, call.arguments(), call.span(), context)
        .forEach(
            (parameter, argument) ->
                bound.put(
                    parameter.name().text(), run.expressions.evaluate(argument.value(), context)));
    for (Primitive.Slot slot : slots) {
      if (!bound.containsKey(slot.name())) {
        bound.put(
            slot.name(),
            slot.preset().orElseThrow(() -> missing(callee, slot.name(), call.span(), context)));
      }
    }
    if (bound.containsValue(Datum.Poison.POISON)) {
      return Datum.Poison.POISON;
    }
    return run.located(
        call.span(),
        context,
        () ->
            primitive
                .body()
                .apply(new Arguments(name, bound, run.ops(), context.activation().current())));
  }

  private Failure missing(Callee callee, String parameter, Span span, Context context) {
    return run.failure(
        callee.explains(new Complaint(Code.MISSING_ARGUMENT, callee.name(), parameter)),
        span,
        context.activation());
  }

  /**
   * A value for each parameter: the argument's, or the default's, which sees the parameters before.
   */
  Map<String, Datum> bind(
      String name,
      List<Parameter> parameters,
      List<Argument> arguments,
      Span call,
      Context context) {
    Callee callee = Callee.of(name, parameters);
    Map<Parameter, Argument> given = place(callee, arguments, call, context);
    Map<String, Datum> bound = new LinkedHashMap<>();
    for (Parameter parameter : parameters) {
      String slot = parameter.name().text();
      Argument argument = given.get(parameter);
      if (argument != null) {
        bound.put(slot, value(name, parameter, argument.value(), context));
      } else {
        Expression preset =
            parameter.preset().orElseThrow(() -> missing(callee, slot, call, context));
        Scope scope = run.outerScope(parameter.name().span().source());
        bound.forEach(scope::define);
        Context inside = new Context(context.activation(), context.frame(), scope);
        bound.put(slot, value(name, parameter, preset, inside));
      }
    }
    return bound;
  }

  /** The argument of each parameter that has one; of several mistakes the last is thrown. */
  private Map<Parameter, Argument> place(
      Callee callee, List<Argument> arguments, Span call, Context context) {
    Map<Parameter, Argument> placed = new LinkedHashMap<>();
    Optional<Failure> wrong = Optional.empty();
    for (int i = 0; i < arguments.size(); i++) {
      try {
        Argument argument = arguments.get(i);
        Parameter parameter = parameter(callee, argument, i, arguments.size(), context);
        if (placed.putIfAbsent(parameter, argument) != null) {
          throw run.failure(
              new Complaint(Code.REPEATED_ARGUMENT, callee.name(), parameter.name()),
              argument.name().map(Name::span).orElse(call),
              context.activation());
        }
      } catch (Failure failure) {
        wrong.ifPresent(run::report);
        wrong = Optional.of(failure);
      }
    }
    if (wrong.isPresent()) {
      throw wrong.get();
    }
    return placed;
  }

  private Parameter parameter(
      Callee callee, Argument argument, int place, int count, Context context) {
    List<Parameter> parameters = callee.parameters();
    if (argument.name().isPresent()) {
      Name name = argument.name().get();
      List<String> names = parameters.stream().map(each -> each.name().text()).toList();
      int index = names.indexOf(name.text());
      if (index < 0) {
        throw run.failure(
            callee
                .explains(new Complaint(Code.UNKNOWN_ARGUMENT, callee.name(), name))
                .nearest(name.text(), names),
            name.span(),
            context.activation());
      }
      return parameters.get(index);
    }
    if (place >= parameters.size()) {
      throw run.failure(
          callee.explains(
              new Complaint(Code.TOO_MANY_ARGUMENTS, callee.name(), parameters.size(), count)),
          argument.value().span(),
          context.activation());
    }
    return parameters.get(place);
  }

  private Datum value(String callee, Parameter parameter, Expression expression, Context context) {
    Optional<TypeSyntax> type = parameter.type();
    boolean wantsInitializer =
        type.map(each -> each.name().text().equals("initializer")).orElse(false);
    Datum datum =
        wantsInitializer
            ? run.expressions.initializer(expression, context)
            : run.expressions.evaluate(expression, context);
    boolean allowsNone =
        parameter
            .preset()
            .map(each -> each instanceof Expression.NameUse(String n, Span _) && n.equals("none"))
            .orElse(false);
    if (type.isEmpty() || datum == Datum.Poison.POISON || (allowsNone && isNone(datum))) {
      return datum;
    }
    String what = callee + ": the argument '" + parameter.name() + "'";
    return run.located(
        expression.span(), context, () -> coerce(what, type.get().name().text(), datum));
  }

  private static boolean isNone(Datum datum) {
    return datum == NoneDatum.NONE;
  }

  /** {@code datum} as a value of the scalar type {@code type}; an int is also a float. */
  static Datum coerce(String what, String type, Datum datum) {
    boolean fits =
        switch (type) {
          case "int" -> datum instanceof IntDatum;
          case "float" -> datum instanceof FloatDatum || datum instanceof IntDatum;
          case "bool" -> datum instanceof BoolDatum;
          case "string" -> datum instanceof StringDatum;
          case "list" -> datum instanceof ListDatum;
          case "initializer" -> true;
          default ->
              throw new Complaint(Code.UNKNOWN_TYPE, type)
                  .nearest(type, List.of("int", "float", "bool", "string", "list"));
        };
    if (!fits && datum instanceof Datum.TensorDatum) {
      throw new Complaint(Code.NOT_KNOWN_EARLY, what);
    }
    if (!fits) {
      throw new Complaint(Code.WRONG_TYPE, what, type, datum.type());
    }
    return type.equals("float") && datum instanceof IntDatum(long value)
        ? new FloatDatum(value)
        : datum;
  }
}
