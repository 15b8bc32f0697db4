// SPDX-License-Identifier: Apache-2.0
package dlc.ir.op;

import dlc.ir.Operands;
import dlc.ir.TensorType;
import dlc.ir.scalar.Condition;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import java.util.ArrayList;
import java.util.List;

/**
 * The gradient of a {@link Convolution} in its input, which is the transposed convolution.
 *
 * <pre>
 * dx[n, c, s] = sum over o, k of dy[n, o, t / stride] * w[o, c, k],   t = s + low - k * dilation,
 *               where stride divides t and t / stride is a place of the result
 * </pre>
 */
public record ConvolutionInputGrad(Geometry geometry, int groups, List<Integer> spatial)
    implements Contraction {

  public ConvolutionInputGrad {
    spatial = List.copyOf(spatial);
  }

  @Override
  public List<String> operandNames() {
    return List.of("dy", "w");
  }

  @Override
  public TensorType inferType(Operands operands) {
    TensorType dy = operands.ranked(0, geometry.rank() + 2);
    TensorType w = operands.ranked(1, geometry.rank() + 2);
    operands.floating(0);
    operands.require(
        dy.dim(1) == w.dim(0) && groups >= 1 && w.dim(0) % groups == 0 && dy.dtype() == w.dtype(),
        "weights %s do not fit %s in %d groups",
        w,
        dy,
        groups);
    operands.require(
        geometry.places(spatial, Convolution.spatial(w)).equals(Convolution.spatial(dy)),
        "%s is no result of a convolution of %s by %s",
        dy,
        spatial,
        w);
    List<Integer> dims = new ArrayList<>(List.of(dy.dim(0), w.dim(1) * groups));
    dims.addAll(spatial);
    return new TensorType(dy.dtype(), dims);
  }

  @Override
  public Comprehension comprehension(List<TensorType> operands, TensorType result) {
    TensorType dy = operands.get(0);
    TensorType w = operands.get(1);
    List<LoopVar> loops = Comprehension.loops("d", result.dims());
    List<Integer> summed = new ArrayList<>(List.of(w.dim(0) / groups));
    summed.addAll(Convolution.spatial(w));
    List<LoopVar> reduced = Comprehension.loops("r", summed);
    Index channel = loops.get(1).index();
    Index filter =
        channel.floorDiv(w.dim(1)).times(w.dim(0) / groups).plus(reduced.getFirst().index());
    List<Index> fromDy = new ArrayList<>(List.of(loops.getFirst().index(), filter));
    List<Index> fromW = new ArrayList<>(List.of(filter, channel.mod(w.dim(1))));
    Condition when = Condition.ALWAYS;
    for (int axis = 0; axis < geometry.rank(); axis++) {
      Index tap = reduced.get(axis + 1).index();
      Index origin = geometry.origin(axis, loops.get(axis + 2).index(), tap);
      when = when.and(geometry.isPlace(axis, origin, dy.dim(axis + 2)));
      fromDy.add(origin.floorDiv(geometry.stride().get(axis)));
      fromW.add(tap);
    }
    return Comprehension.product(
        loops, reduced, new Comprehension.Access(fromDy, when, 0), Comprehension.Access.of(fromW));
  }

  @Override
  public void gradient(GradientContext grad) {
    if (grad.wants(0)) {
      var toDy = new Convolution(geometry, groups);
      grad.add(0, grad.emit(toDy, grad.upstream(), grad.operand(1)));
    }
    if (grad.wants(1)) {
      List<Integer> kernel = Convolution.spatial(grad.operand(1).type());
      var toW = new ConvolutionWeightGrad(geometry, groups, kernel);
      grad.add(1, grad.emit(toW, grad.upstream(), grad.operand(0)));
    }
  }
}
