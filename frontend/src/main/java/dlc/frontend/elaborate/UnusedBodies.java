// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.elaborate;

import dlc.base.Span;
import dlc.frontend.ast.Declaration;
import dlc.frontend.ast.Declaration.RoutineKind;
import dlc.frontend.ast.Expression;
import dlc.frontend.ast.LayerUse;
import dlc.frontend.ast.Name;
import dlc.frontend.ast.Parameter;
import dlc.frontend.library.Functions;
import dlc.frontend.value.Complaint;
import dlc.frontend.value.Datum;
import java.util.List;
import java.util.Set;

/**
 * Reports names that stand for nothing in the bodies that no model runs.
 *
 * <p>Bodies are checked by running them, with the shapes that they meet. One that nothing uses yet,
 * or only behind a mistake, has none; but its names can be looked up all the same. A name counts as
 * known where the body binds it anywhere, so that whatever is reported is wrong.
 */
final class UnusedBodies {

  private static final Set<String> EVERYWHERE = Set.of("it", "training", "none", "pi", "infinity");

  private final Elaboration run;

  UnusedBodies(Elaboration run) {
    this.run = run;
  }

  /** Looks at the layers and functions of the program but those whose bodies ran. */
  void report(Set<Span> ran) {
    for (Declaration declaration : run.declarations.own()) {
      if (ran.contains(declaration.span())) {
        continue;
      }
      if (declaration instanceof Declaration.Function function) {
        BodyNames names = new BodyNames();
        names.add(function.value());
        report(function.name(), function.span(), function.parameters(), names);
      } else if (declaration instanceof Declaration.Routine routine
          && routine.kind() == RoutineKind.LAYER) {
        BodyNames names = new BodyNames();
        names.add(routine.body());
        report(routine.name(), routine.span(), routine.parameters(), names);
      }
    }
  }

  private void report(Name owner, Span body, List<Parameter> parameters, BodyNames names) {
    for (Parameter parameter : parameters) {
      names.bound.add(parameter.name().text());
      parameter.preset().ifPresent(names::add);
    }
    Activation activation = new Activation(owner.text(), body, Span.NONE, false, null, "");
    Scope scope = run.params.inner();
    names.bound.forEach(name -> scope.define(name, Datum.Poison.POISON));
    Context context = new Context(activation, Frame.at(""), scope);
    for (LayerUse use : names.layers) {
      if (!isLayer(use, names)) {
        report(run.layers.unknown(use.kind()), use.kind().span(), activation);
      }
    }
    for (Name call : names.calls) {
      if (!isCallable(call)) {
        report(run.calls.unknown(call), call.span(), activation);
      }
    }
    for (Expression.NameUse value : names.values) {
      if (!isValue(value.name(), names)) {
        report(run.expressions.undefined(value, context), value.span(), activation);
      }
    }
  }

  private void report(Complaint complaint, Span place, Activation activation) {
    run.diagnostics.report(run.failure(complaint, place, activation).diagnostic());
  }

  private boolean isLayer(LayerUse use, BodyNames names) {
    String kind = use.kind().text();
    return (use.arguments().isEmpty() && names.bound.contains(kind))
        || run.declarations.names("layer").contains(kind);
  }

  private boolean isCallable(Name name) {
    return run.declarations.names("fn").contains(name.text())
        || Functions.named(name.text()).isPresent()
        || run.declarations.names("initializer").contains(name.text());
  }

  private boolean isValue(String name, BodyNames names) {
    return names.bound.contains(name)
        || EVERYWHERE.contains(name)
        || run.params.lookup(name).isPresent()
        || run.declarations.names("initializer").contains(name);
  }
}
