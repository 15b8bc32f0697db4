// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.elaborate;

import dlc.base.Span;
import dlc.frontend.library.TensorOps;
import dlc.frontend.value.Datum.TensorDatum;
import dlc.ir.DType;
import dlc.ir.Role;
import dlc.ir.op.Elementwise;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Averages weights over steps, with weights that fall exponentially: {@code ema = decay * ema + (1
 * - decay) * weight}, in the state {@code <weight>/ema}. The first step's weights are the first
 * average, as in PyTorch's AveragedModel.
 */
final class WeightAverages {

  private final Elaboration run;
  private final TensorDatum step;

  WeightAverages(Elaboration run, TensorDatum step) {
    this.run = run;
    this.step = step;
  }

  /** What the average of the weight called {@code weight} is called. */
  static String name(String weight) {
    return weight + "/ema";
  }

  /** The new averages by name, where {@code updates} are the new weights. */
  Map<String, TensorDatum> after(Map<String, TensorDatum> updates, double decay) {
    TensorOps ops = run.ops();
    TensorDatum isFirst = ops.elementwise("ema", Elementwise.EQUAL, step, ops.scalar(DType.I32, 1));
    Map<String, TensorDatum> averages = new LinkedHashMap<>();
    for (States.State weight : List.copyOf(run.states.all().values())) {
      if (weight.role() == Role.WEIGHT) {
        TensorDatum average =
            run.states.declare(
                name(weight.name()),
                weight.type(),
                Role.STATE,
                Span.NONE,
                () -> run.states.initialValue(weight.name()));
        TensorDatum now = updates.getOrDefault(weight.name(), weight.parameter());
        TensorDatum mixed = on(Elementwise.ADD, scaled(average, decay), scaled(now, 1 - decay));
        averages.put(
            name(weight.name()), ops.elementwise("ema", Elementwise.SELECT, isFirst, now, mixed));
      }
    }
    return averages;
  }

  private TensorDatum scaled(TensorDatum x, double factor) {
    return on(Elementwise.MUL, x, run.ops().scalar(run.ops().floatType(), factor));
  }

  private TensorDatum on(Elementwise op, TensorDatum x, TensorDatum y) {
    return run.ops().elementwise("ema", op, x, y);
  }
}
