// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.elaborate;

import dlc.base.Span;
import dlc.frontend.TrainSection;
import dlc.frontend.ast.Expression;
import dlc.frontend.library.TensorOps;
import dlc.frontend.value.Datum.FloatDatum;
import dlc.frontend.value.Datum.TensorDatum;
import dlc.ir.Graph;
import dlc.ir.Role;
import dlc.ir.op.Elementwise;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Sums gradients over batches, each divided by their number: {@code accumulate_step} adds one to
 * the state {@code <weight>/grad_sum}, {@code train_step} the last one, and clears it.
 */
final class GradientSums {

  /** The entry point for all batches but the last of a step. */
  static final String ENTRY = "accumulate_step";

  private final Elaboration run;
  private final int count;

  private GradientSums(Elaboration run, int count) {
    this.run = run;
    this.count = count;
  }

  /** Lets random numbers change with every batch, not only with every step of the optimizer. */
  static void drawByBatch(Elaboration run, String entry, Optional<TrainSection.Updates> updates) {
    boolean isSummed = updates.filter(each -> each.accumulate() > 1).isPresent();
    if (isSummed && (entry.equals(ENTRY) || entry.equals("train_step"))) {
      run.ops().drawBy("micro_step");
    }
  }

  /** The sums, where more than one batch is summed. */
  static Optional<GradientSums> of(Elaboration run, Optional<TrainSection> section) {
    return section
        .map(each -> each.updates().accumulate())
        .filter(count -> count > 1)
        .map(count -> new GradientSums(run, count));
  }

  /** The entry point that adds to the sums, on a run of the model for it. */
  static Optional<Graph> entry(
      Supplier<ModelRun> runs, Expression loss, Optional<TrainSection> section) {
    if (section.filter(each -> each.updates().accumulate() > 1).isEmpty()) {
      return Optional.empty();
    }
    ModelRun model = runs.get();
    return new Losses(model, section)
        .value(loss)
        .flatMap(value -> of(model.run(), section).map(sums -> sums.complete(model, value)));
  }

  private Graph complete(ModelRun model, TensorDatum loss) {
    Map<States.State, TensorDatum> grads =
        LossScaling.of(model)
            .map(scaling -> scaling.gradients(loss))
            .orElseGet(() -> model.weightGradients(loss));
    addTo(grads);
    model.result("loss", loss);
    model.addOutputs();
    named(grads).forEach(model::result);
    model.addBuffers();
    return model.build();
  }

  /** Replaces each gradient by the sum of all so far. */
  void addTo(Map<States.State, TensorDatum> grads) {
    TensorOps ops = run.ops();
    TensorDatum share = ops.scalar(ops.floatType(), 1.0 / count);
    grads.replaceAll(
        (weight, grad) ->
            ops.elementwise(
                "accumulate",
                Elementwise.ADD,
                sum(weight),
                ops.elementwise("accumulate", Elementwise.MUL, grad, share)));
  }

  private TensorDatum sum(States.State weight) {
    return run.states.declare(
        name(weight), weight.type(), Role.STATE, Span.NONE, () -> new FloatDatum(0));
  }

  private Map<String, TensorDatum> named(Map<States.State, TensorDatum> sums) {
    Map<String, TensorDatum> named = new LinkedHashMap<>();
    sums.forEach((weight, sum) -> named.put(name(weight), sum));
    return named;
  }

  /** Zeros for all sums. */
  Map<String, TensorDatum> clear(Collection<States.State> weights) {
    Map<String, TensorDatum> zeros = new LinkedHashMap<>();
    for (States.State weight : weights) {
      zeros.put(name(weight), run.ops().filled(weight.type().dtype(), weight.type().dims(), 0));
    }
    return zeros;
  }

  private static String name(States.State weight) {
    return weight.name() + "/grad_sum";
  }
}
