// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.elaborate;

import dlc.base.Code;
import dlc.base.Span;
import dlc.frontend.Invocation;
import dlc.frontend.ast.Argument;
import dlc.frontend.ast.Declaration.Routine;
import dlc.frontend.ast.Declaration.RoutineKind;
import dlc.frontend.ast.Expression;
import dlc.frontend.value.Complaint;
import dlc.frontend.value.Datum;
import dlc.frontend.value.Datum.FloatDatum;
import dlc.frontend.value.Read;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An optimizer, a schedule or an augmentation with all of its arguments. */
record RoutineUse(Routine routine, Map<String, Datum> arguments, Span span) {

  /** The optimizer that an expression such as {@code sgd(lr=0.1)} means. */
  static RoutineUse optimizer(Elaboration run, Expression expression) {
    return of(run, RoutineKind.OPTIMIZER, expression, Code.UNKNOWN_OPTIMIZER, "sgd(lr=0.1)");
  }

  /** The schedule that an expression such as {@code cosine(epochs=90)} means. */
  static RoutineUse schedule(Elaboration run, Expression expression) {
    return of(run, RoutineKind.SCHEDULE, expression, Code.UNKNOWN_SCHEDULE, "cosine(epochs=90)");
  }

  /** The augmentation that an expression such as {@code random_flip} means. */
  static RoutineUse augmentation(Elaboration run, Expression expression) {
    return of(
        run,
        RoutineKind.AUGMENTATION,
        expression,
        Code.UNKNOWN_AUGMENTATION,
        "random_crop(32, padding=4)");
  }

  private static RoutineUse of(
      Elaboration run, RoutineKind kind, Expression expression, Code unknown, String example) {
    String setting = kind.toString();
    Activation activation =
        new Activation(setting, expression.span(), expression.span(), false, null, "");
    Context context = new Context(activation, Frame.at(""), run.params.inner());
    String name;
    Span span = expression.span();
    List<Argument> arguments = List.of();
    switch (expression) {
      case Expression.NameUse each -> name = each.name();
      case Expression.Call call -> {
        name = call.function().text();
        arguments = call.arguments();
      }
      default ->
          throw run.failure(
              new Complaint(Code.BAD_SETTING, setting, "expected a name with arguments")
                  .help("as in " + setting + " " + example),
              span,
              activation);
    }
    Routine routine =
        run.declarations
            .routine(kind, name, run.declarations.programSource())
            .orElseThrow(
                () ->
                    run.failure(
                        new Complaint(unknown, name).nearest(name, run.declarations.names(setting)),
                        span,
                        activation));
    Map<String, Datum> bound = run.calls.bind(name, routine.parameters(), arguments, span, context);
    if (bound.containsValue(Datum.Poison.POISON)) {
      throw run.failure(Complaint.consequence("an argument of " + name), span, activation);
    }
    return new RoutineUse(routine, bound, span);
  }

  String name() {
    return routine.name().text();
  }

  /** The same as the driver knows it, with defaults filled in; what is none is left out. */
  Invocation invocation() {
    Map<String, Object> named = new LinkedHashMap<>();
    arguments.forEach(
        (name, datum) -> {
          if (datum != Datum.NoneDatum.NONE) {
            // To be shown: what computes with arguments takes them as they are.
            named.put(
                name,
                datum instanceof FloatDatum number ? number.value() : Read.plain(name, datum));
          }
        });
    return new Invocation(name(), List.of(), named, span);
  }
}
