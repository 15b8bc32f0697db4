// SPDX-License-Identifier: Apache-2.0
package dlc.passes.simplify;

import dlc.ir.TensorType;
import dlc.ir.Value;
import dlc.ir.op.Convolution;
import dlc.ir.op.ConvolutionInputGrad;
import dlc.ir.op.ConvolutionWeightGrad;
import dlc.ir.op.Geometry;
import dlc.ir.op.Layout.Pad;
import dlc.ir.op.Layout.Slice;
import dlc.passes.Rewrite;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * A 1×1 convolution that leaves places out is one over the places that it visits.
 *
 * <pre>
 * convolution x, w, stride 2      =>   convolution (slice x, stride 2), w
 * its gradient in x               =>   pad (the gradient of the dense one), gaps 1
 * </pre>
 */
final class SliceBeforeUnitConvolutions implements SimplifyRule {

  @Override
  public Optional<Value> apply(Value value, Rewrite target) {
    return switch (value.op()) {
      case Convolution(Geometry geometry, int groups)
          when leavesPlacesOut(geometry, value.operand(1).type()) ->
          Optional.of(
              target.emit(
                  new Convolution(Geometry.dense(geometry.rank()), groups),
                  visited(value.operand(0), value.type(), geometry, target),
                  value.operand(1)));
      case ConvolutionInputGrad(Geometry geometry, int groups, List<Integer> spatial)
          when leavesPlacesOut(geometry, value.operand(1).type()) ->
          Optional.of(spread(value, geometry, groups, spatial, target));
      case ConvolutionWeightGrad(Geometry geometry, int groups, List<Integer> kernel)
          when leavesPlacesOut(geometry, value.type()) ->
          Optional.of(
              target.emit(
                  new ConvolutionWeightGrad(Geometry.dense(geometry.rank()), groups, kernel),
                  visited(value.operand(0), value.operand(1).type(), geometry, target),
                  value.operand(1)));
      default -> Optional.empty();
    };
  }

  private static boolean leavesPlacesOut(Geometry geometry, TensorType weights) {
    List<Integer> none = Collections.nCopies(geometry.rank(), 0);
    List<Integer> ones = Collections.nCopies(geometry.rank(), 1);
    return weights.dims().subList(2, weights.rank()).equals(ones)
        && geometry.low().equals(none)
        && geometry.high().equals(none)
        && !geometry.stride().equals(ones);
  }

  private static Value visited(Value x, TensorType places, Geometry geometry, Rewrite target) {
    List<Integer> sizes = new ArrayList<>(x.type().dims().subList(0, 2));
    sizes.addAll(places.dims().subList(2, places.rank()));
    List<Integer> strides = new ArrayList<>(List.of(1, 1));
    strides.addAll(geometry.stride());
    List<Integer> starts = Collections.nCopies(strides.size(), 0);
    return target.emit(new Slice(starts, sizes, strides), x);
  }

  private static Value spread(
      Value value, Geometry geometry, int groups, List<Integer> spatial, Rewrite target) {
    TensorType dy = value.operand(0).type();
    List<Integer> places = dy.dims().subList(2, dy.rank());
    Value dense =
        target.emit(
            new ConvolutionInputGrad(Geometry.dense(geometry.rank()), groups, places),
            value.operands());
    List<Integer> high = new ArrayList<>(List.of(0, 0));
    List<Integer> gaps = new ArrayList<>(List.of(0, 0));
    for (int axis = 0; axis < geometry.rank(); axis++) {
      int step = geometry.stride().get(axis);
      gaps.add(step - 1);
      high.add(spatial.get(axis) - (places.get(axis) - 1) * step - 1);
    }
    return target.emit(new Pad(Collections.nCopies(high.size(), 0), high, gaps), dense);
  }
}
