// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.elaborate;

import dlc.base.Code;
import dlc.base.NearestName;
import dlc.base.Span;
import dlc.frontend.TrainSection;
import dlc.frontend.ast.Argument;
import dlc.frontend.ast.Declaration.Routine;
import dlc.frontend.ast.Declaration.RoutineKind;
import dlc.frontend.ast.Expression;
import dlc.frontend.library.TensorOps;
import dlc.frontend.value.Complaint;
import dlc.frontend.value.Datum;
import dlc.frontend.value.Datum.TensorDatum;
import dlc.ir.DType;
import dlc.ir.Role;
import dlc.ir.TensorType;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Completes {@code train_step}: the loss, its gradients, and the optimizer's update. */
final class TrainStep {

  /** An optimizer with all of its arguments. */
  record Use(Routine routine, Map<String, Datum> arguments, Span span) {}

  private final ModelRun model;
  private final Elaboration run;
  private final Optional<TrainSection> section;

  TrainStep(ModelRun model, Optional<TrainSection> section) {
    this.model = model;
    this.run = model.run();
    this.section = section;
  }

  /** Adds the results; false when something is wrong, which is reported. */
  boolean addTo(Expression lossText, Expression optimizerText) {
    int before = run.diagnostics.count();
    Optional<TensorDatum> loss = new Losses(model, section).value(lossText);
    try {
      Use optimizer = use(run, optimizerText);
      loss.ifPresent(value -> add(value, optimizer));
    } catch (Failure failure) {
      run.diagnostics.report(failure.diagnostic());
    }
    return loss.isPresent() && run.diagnostics.count() == before;
  }

  /** The optimizer that an expression such as {@code sgd(lr=0.1)} means. */
  static Use use(Elaboration run, Expression expression) {
    Activation activation =
        new Activation("optimizer", expression.span(), expression.span(), false, null, "");
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
              new Complaint(Code.BAD_SETTING, "optimizer", "expected a name with arguments")
                  .help("as in optimizer sgd(lr=0.1, momentum=0.9)"),
              span,
              activation);
    }
    Routine routine =
        run.declarations
            .routine(RoutineKind.OPTIMIZER, name, run.declarations.programSource())
            .orElseThrow(() -> run.failure(unknown(run, name), span, activation));
    return new Use(
        routine, run.calls.bind(name, routine.parameters(), arguments, span, context), span);
  }

  private static Complaint unknown(Elaboration run, String name) {
    if (List.of("adadelta", "nadam", "lamb", "lion").contains(name)) {
      return new Complaint(Code.NOT_AVAILABLE, "the optimizer '" + name + "'");
    }
    return new Complaint(Code.UNKNOWN_OPTIMIZER, name)
        .nearest(NearestName.of(name, run.declarations.names("optimizer")));
  }

  private void add(TensorDatum loss, Use optimizer) {
    TensorOps ops = run.ops();
    ops.at(optimizer.span());
    DType dtype = ops.floatType();
    setting("seed", DType.I32); // declared also where nothing is random
    TensorDatum lr = setting("lr", dtype);
    TensorDatum step = setting("step", DType.I32);
    Map<States.State, TensorDatum> grads = model.weightGradients(loss);
    section.flatMap(TrainSection::clip).ifPresent(clip -> new ClipGradients(ops).clip(clip, grads));
    model.result("loss", loss);
    model.addOutputs();
    Optimizers optimizers = new Optimizers(run);
    grads.forEach(
        (weight, grad) ->
            optimizers
                .update(
                    optimizer.routine(),
                    optimizer.arguments(),
                    optimizer.span(),
                    weight,
                    grad,
                    lr,
                    step)
                .forEach(model::result));
    model.addBuffers();
  }

  private TensorDatum setting(String name, DType dtype) {
    return new TensorDatum(
        run.ops().builder().parameter(name, TensorType.of(dtype), Role.SETTING, Span.NONE), false);
  }
}
