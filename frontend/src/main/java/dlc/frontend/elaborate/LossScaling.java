// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.elaborate;

import dlc.base.Span;
import dlc.frontend.library.TensorOps;
import dlc.frontend.value.Datum;
import dlc.frontend.value.Datum.TensorDatum;
import dlc.ir.DType;
import dlc.ir.Role;
import dlc.ir.TensorType;
import dlc.ir.op.Elementwise;
import dlc.ir.op.ReduceFn;
import java.util.Map;
import java.util.Optional;

/**
 * Keeps small gradients from vanishing in f16, as PyTorch's GradScaler does: the loss is multiplied
 * by a scale, and its gradients are divided by it again.
 *
 * <p>A step whose gradients are not all finite changes no weight and halves the scale; {@value
 * #GROWTH_INTERVAL} good steps in a row double it.
 */
final class LossScaling {

  private static final double INITIAL_SCALE = 65536;
  private static final double GROWTH = 2;
  private static final double BACKOFF = 0.5;
  private static final int GROWTH_INTERVAL = 2000;
  private static final String SCALE = "scaler/scale";
  private static final String TRACKER = "scaler/growth_tracker";

  private final ModelRun model;
  private final TensorOps ops;
  private final TensorDatum scale;
  private final TensorDatum tracker;

  /** Scaling for {@code model}, where its gradients are f16. */
  static Optional<LossScaling> of(ModelRun model) {
    return model
        .run()
        .ops()
        .narrowType()
        .filter(type -> type == DType.F16)
        .map(_ -> new LossScaling(model));
  }

  private LossScaling(ModelRun model) {
    this.model = model;
    this.ops = model.run().ops();
    this.scale = state(SCALE, ops.floatType(), new Datum.FloatDatum(INITIAL_SCALE));
    this.tracker = state(TRACKER, DType.I32, new Datum.IntDatum(0));
  }

  private TensorDatum state(String name, DType dtype, Datum initial) {
    return model.states().declare(name, TensorType.of(dtype), Role.STATE, Span.NONE, () -> initial);
  }

  /** The gradient of {@code loss} in each weight, walked back from the scaled loss. */
  Map<States.State, TensorDatum> gradients(TensorDatum loss) {
    Map<States.State, TensorDatum> grads = model.weightGradients(on(Elementwise.MUL, loss, scale));
    TensorDatum back = on(Elementwise.DIV, ops.scalar(ops.floatType(), 1), scale);
    grads.replaceAll((_, grad) -> on(Elementwise.MUL, grad, back));
    return grads;
  }

  /** Whether every element of all {@code grads} is finite. */
  TensorDatum isFinite(Iterable<TensorDatum> grads) {
    TensorDatum greatest = ops.scalar(ops.floatType(), 0);
    for (TensorDatum grad : grads) {
      TensorDatum size = ops.elementwise("precision", Elementwise.ABS, grad);
      greatest =
          on(
              Elementwise.MAX,
              greatest,
              ops.reduce(ReduceFn.MAX, size, TensorOps.range(0, size.rank()), false));
    }
    return on(Elementwise.LESS_EQUAL, greatest, ops.scalar(ops.floatType(), Float.MAX_VALUE));
  }

  /** Undoes {@code updates} unless the gradients are finite, and adapts the scale. */
  void control(TensorDatum isFinite, Map<String, TensorDatum> updates) {
    skipUnless(isFinite, updates);
    adapt(isFinite);
  }

  private void skipUnless(TensorDatum isFinite, Map<String, TensorDatum> updates) {
    updates.replaceAll(
        (name, updated) -> {
          States.State before = model.states().all().get(name);
          if (before == null) {
            throw new IllegalStateException("no state " + name);
          }
          return choose(isFinite, updated, before.parameter());
        });
  }

  private void adapt(TensorDatum isFinite) {
    TensorDatum none = ops.scalar(DType.I32, 0);
    TensorDatum more = on(Elementwise.ADD, tracker, ops.scalar(DType.I32, 1));
    TensorDatum good = choose(isFinite, more, none);
    TensorDatum grows = on(Elementwise.EQUAL, good, ops.scalar(DType.I32, GROWTH_INTERVAL));
    // The greatest power of two: a scale that is infinite would never recover.
    TensorDatum grown =
        on(
            Elementwise.MIN,
            on(Elementwise.MUL, scale, ops.scalar(ops.floatType(), GROWTH)),
            ops.scalar(ops.floatType(), 0x1p127));
    TensorDatum halved = on(Elementwise.MUL, scale, ops.scalar(ops.floatType(), BACKOFF));
    model.result(SCALE, choose(isFinite, choose(grows, grown, scale), halved));
    model.result(TRACKER, choose(grows, none, good));
  }

  private TensorDatum choose(TensorDatum test, TensorDatum whenTrue, TensorDatum whenFalse) {
    return ops.elementwise("precision", Elementwise.SELECT, test, whenTrue, whenFalse);
  }

  private TensorDatum on(Elementwise op, TensorDatum x, TensorDatum y) {
    return ops.elementwise("precision", op, x, y);
  }
}
