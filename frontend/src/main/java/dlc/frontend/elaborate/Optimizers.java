// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.elaborate;

import dlc.base.Span;
import dlc.frontend.ast.Declaration;
import dlc.frontend.value.Datum;
import dlc.frontend.value.Datum.TensorDatum;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Runs an optimizer's body for one weight after the other. */
final class Optimizers {

  /** How the body calls what it updates. */
  private static final String WEIGHT = "weight";

  private final Elaboration run;

  Optimizers(Elaboration run) {
    this.run = run;
  }

  /**
   * The new values of {@code weight} and of what the optimizer keeps for it, by their full names.
   *
   * @param arguments all but the learning rate, which is {@code lr}, a scalar of the entry point
   */
  Map<String, TensorDatum> update(
      Declaration.Routine optimizer,
      Map<String, Datum> arguments,
      Span call,
      States.State weight,
      TensorDatum grad,
      TensorDatum lr,
      TensorDatum step) {
    Activation activation =
        run.activate(optimizer.name().text(), optimizer.span(), call, Optional.empty(), "");
    Scope scope = run.outerScope(optimizer.span().source());
    arguments.forEach(scope::define);
    scope.define("lr", lr);
    scope.define("step", step);
    scope.define("grad", grad);
    scope.define(WEIGHT, weight.parameter());
    activation.updates().put(WEIGHT, weight.parameter());
    activation.setOwner(new Activation.Owner(weight.name(), weight.type()));
    run.statements.run(optimizer.body(), new Context(activation, Frame.at(""), scope));
    Map<String, TensorDatum> updates = new LinkedHashMap<>();
    activation
        .updates()
        .forEach(
            (name, value) -> {
              String full = name.equals(WEIGHT) ? weight.name() : weight.name() + "/" + name;
              if (value instanceof TensorDatum tensor) {
                updates.put(full, fitted(full, tensor));
              }
            });
    return updates;
  }

  private TensorDatum fitted(String name, TensorDatum value) {
    States.State state = run.states.all().get(name);
    if (state == null) {
      throw new IllegalStateException("no state " + name);
    }
    TensorDatum spread = run.ops().broadcast(value, state.type().dims(), false);
    return run.ops().cast(spread, state.type().dtype());
  }
}
