// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.elaborate;

import dlc.frontend.TrainSection;
import dlc.frontend.library.TensorOps;
import dlc.frontend.value.Datum.TensorDatum;
import dlc.ir.DType;
import dlc.ir.op.Elementwise;
import dlc.ir.op.ReduceFn;
import java.util.Map;

/** Keeps gradients within a bound. */
final class ClipGradients {

  private final TensorOps ops;

  ClipGradients(TensorOps ops) {
    this.ops = ops;
  }

  // By norm: every gradient times min(1, bound / (norm + 1e-6)), as PyTorch's clip_grad_norm_.
  void clip(TrainSection.Clip clip, Map<States.State, TensorDatum> grads) {
    DType dtype = ops.floatType();
    TensorDatum bound = ops.scalar(dtype, clip.bound());
    if (!clip.byNorm()) {
      TensorDatum least = ops.scalar(dtype, -clip.bound());
      grads.replaceAll((_, grad) -> on(Elementwise.MIN, on(Elementwise.MAX, grad, least), bound));
      return;
    }
    TensorDatum squares = ops.scalar(dtype, 0);
    for (TensorDatum grad : grads.values()) {
      TensorDatum square = on(Elementwise.MUL, grad, grad);
      TensorDatum sum = ops.reduce(ReduceFn.SUM, square, TensorOps.range(0, square.rank()), false);
      squares = on(Elementwise.ADD, squares, sum);
    }
    TensorDatum norm = ops.elementwise("clip", Elementwise.SQRT, squares);
    TensorDatum ratio =
        on(Elementwise.DIV, bound, on(Elementwise.ADD, norm, ops.scalar(dtype, 1e-6)));
    TensorDatum factor = on(Elementwise.MIN, ratio, ops.scalar(dtype, 1));
    grads.replaceAll((_, grad) -> on(Elementwise.MUL, grad, factor));
  }

  private TensorDatum on(Elementwise op, TensorDatum x, TensorDatum y) {
    return ops.elementwise("clip", op, x, y);
  }
}
