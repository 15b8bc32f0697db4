// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.elaborate;

import dlc.base.Span;
import dlc.frontend.TrainSection;
import dlc.frontend.ast.Expression;
import dlc.frontend.library.TensorOps;
import dlc.frontend.value.Datum.TensorDatum;
import dlc.ir.DType;
import dlc.ir.Role;
import dlc.ir.TensorType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Completes {@code train_step}: the loss, its gradients, and the optimizer's update. */
final class TrainStep {

  private final ModelRun model;
  private final Elaboration run;
  private final Optional<TrainSection> section;

  TrainStep(ModelRun model, Optional<TrainSection> section) {
    this.model = model;
    this.run = model.run();
    this.section = section;
  }

  /** Adds the results; false when something is wrong, which is reported. */
  boolean addTo(Expression lossText, Expression optimizerText, List<Expression> scheduleTexts) {
    int before = run.diagnostics.count();
    Optional<TensorDatum> loss = new Losses(model, section).value(lossText);
    try {
      RoutineUse optimizer = RoutineUse.optimizer(run, optimizerText);
      List<RoutineUse> schedules = Schedules.chain(run, scheduleTexts);
      loss.ifPresent(value -> add(value, optimizer, schedules));
      return loss.isPresent() && run.diagnostics.count() == before;
    } catch (Failure failure) {
      run.report(failure);
      return false;
    }
  }

  private void add(TensorDatum loss, RoutineUse optimizer, List<RoutineUse> schedules) {
    TensorOps ops = run.ops();
    ops.at(optimizer.span());
    setting("seed", DType.I32); // declared also where nothing is random
    TensorDatum step = setting("step", DType.I32);
    Optional<LossScaling> scaling = LossScaling.of(model);
    Map<States.State, TensorDatum> grads =
        scaling.map(each -> each.gradients(loss)).orElseGet(() -> model.weightGradients(loss));
    Optional<GradientSums> sums = GradientSums.of(run, section);
    sums.ifPresent(each -> each.addTo(grads));
    // Before clipping, which would make finite numbers of infinite ones.
    Optional<TensorDatum> isFinite = scaling.map(each -> each.isFinite(grads.values()));
    section.flatMap(TrainSection::clip).ifPresent(clip -> new ClipGradients(ops).clip(clip, grads));
    model.result("loss", loss);
    model.addOutputs();
    ParameterGroups groups =
        new ParameterGroups(run, optimizer, section.map(TrainSection::updates), schedules);
    Optimizers optimizers = new Optimizers(run);
    Map<String, TensorDatum> updates = new LinkedHashMap<>();
    grads.forEach(
        (weight, grad) -> {
          ParameterGroups.Group group = groups.of(weight.name());
          updates.putAll(
              optimizers.update(
                  optimizer.routine(),
                  group.arguments(),
                  optimizer.span(),
                  weight,
                  grad,
                  group.rate(),
                  step));
        });
    scaling.ifPresent(each -> each.control(isFinite.orElseThrow(), updates));
    groups.results().forEach(model::result);
    updates.forEach(model::result);
    sums.ifPresent(each -> each.clear(grads.keySet()).forEach(model::result));
    section
        .flatMap(each -> each.updates().ema())
        .ifPresent(
            decay -> new WeightAverages(run, step).after(updates, decay).forEach(model::result));
    model.addBuffers();
  }

  private TensorDatum setting(String name, DType dtype) {
    return new TensorDatum(
        run.ops().builder().parameter(name, TensorType.of(dtype), Role.SETTING, Span.NONE), false);
  }
}
