// SPDX-License-Identifier: Apache-2.0
package dlc.passes.simplify;

import dlc.ir.TensorType;
import dlc.ir.Value;
import dlc.ir.op.Convolution;
import dlc.ir.op.ConvolutionInputGrad;
import dlc.ir.op.ConvolutionWeightGrad;
import dlc.ir.op.Dot;
import dlc.ir.op.Geometry;
import dlc.ir.op.Layout.Reshape;
import dlc.passes.Rewrite;
import java.util.List;
import java.util.Optional;

/**
 * A 1×1 convolution that visits every place is a matrix product over the channels.
 *
 * <pre>
 * convolution x, w   =>   dot "ncs,oc->nos" (reshape x), (reshape w)
 * </pre>
 */
final class UseDotForUnitConvolutions implements SimplifyRule {

  @Override
  public Optional<Value> apply(Value value, Rewrite target) {
    return switch (value.op()) {
      case Convolution(Geometry geometry, int groups)
          when isUnit(geometry, groups, value.operand(1).type()) ->
          Optional.of(
              dot("ncs,oc->nos", pixels(value, 0, target), matrix(value, target), value, target));
      case ConvolutionInputGrad(Geometry geometry, int groups, var _)
          when isUnit(geometry, groups, value.operand(1).type()) ->
          Optional.of(
              dot("nos,oc->ncs", pixels(value, 0, target), matrix(value, target), value, target));
      case ConvolutionWeightGrad(Geometry geometry, int groups, var _)
          when isUnit(geometry, groups, value.type()) ->
          Optional.of(
              dot(
                  "ncs,nos->oc",
                  pixels(value, 0, target),
                  pixels(value, 1, target),
                  value,
                  target));
      default -> Optional.empty();
    };
  }

  private static boolean isUnit(Geometry geometry, int groups, TensorType weights) {
    return groups == 1
        && geometry.equals(Geometry.dense(geometry.rank()))
        && weights.elements() == (long) weights.dim(0) * weights.dim(1);
  }

  private static Value pixels(Value value, int operand, Rewrite target) {
    TensorType x = value.operand(operand).type();
    int places = (int) (x.elements() / x.dim(0) / x.dim(1));
    return target.emit(new Reshape(List.of(x.dim(0), x.dim(1), places)), value.operand(operand));
  }

  private static Value matrix(Value value, Rewrite target) {
    TensorType w = value.operand(1).type();
    return target.emit(new Reshape(List.of(w.dim(0), w.dim(1))), value.operand(1));
  }

  private static Value dot(String equation, Value lhs, Value rhs, Value value, Rewrite target) {
    return target.emit(new Reshape(value.type().dims()), target.emit(new Dot(equation), lhs, rhs));
  }
}
