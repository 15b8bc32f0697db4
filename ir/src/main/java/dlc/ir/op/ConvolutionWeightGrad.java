// SPDX-License-Identifier: Apache-2.0
package dlc.ir.op;

import dlc.ir.Operands;
import dlc.ir.TensorType;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import java.util.ArrayList;
import java.util.List;

/**
 * The gradient of a {@link Convolution} in its weights.
 *
 * <pre>
 * dw[o, c, k] = sum over n, s of x[n, group(o) + c, s * stride + k * dilation - low] * dy[n, o, s]
 * </pre>
 */
public record ConvolutionWeightGrad(Geometry geometry, int groups, List<Integer> kernel)
    implements Contraction {

  public ConvolutionWeightGrad {
    kernel = List.copyOf(kernel);
  }

  @Override
  public List<String> operandNames() {
    return List.of("x", "dy");
  }

  @Override
  public TensorType inferType(Operands operands) {
    TensorType x = operands.ranked(0, geometry.rank() + 2);
    TensorType dy = operands.ranked(1, geometry.rank() + 2);
    operands.floating(0);
    operands.require(
        x.dim(0) == dy.dim(0)
            && x.dtype() == dy.dtype()
            && groups >= 1
            && x.dim(1) % groups == 0
            && dy.dim(1) % groups == 0
            && geometry.places(Convolution.spatial(x), kernel).equals(Convolution.spatial(dy)),
        "%s is no result of a convolution of %s by %s",
        dy,
        x,
        kernel);
    List<Integer> dims = new ArrayList<>(List.of(dy.dim(1), x.dim(1) / groups));
    dims.addAll(kernel);
    return new TensorType(x.dtype(), dims);
  }

  @Override
  public Comprehension comprehension(List<TensorType> operands, TensorType result) {
    TensorType x = operands.get(0);
    TensorType dy = operands.get(1);
    List<LoopVar> loops = Comprehension.loops("d", result.dims());
    List<Integer> summed = new ArrayList<>(List.of(dy.dim(0)));
    summed.addAll(Convolution.spatial(dy));
    List<LoopVar> reduced = Comprehension.loops("r", summed);
    Index group = loops.getFirst().index().floorDiv(dy.dim(1) / groups);
    Index sample = reduced.getFirst().index();
    List<Index> under = new ArrayList<>();
    List<Index> fromDy = new ArrayList<>(List.of(sample, loops.getFirst().index()));
    for (int axis = 0; axis < geometry.rank(); axis++) {
      Index place = reduced.get(axis + 1).index();
      under.add(geometry.input(axis, place, loops.get(axis + 2).index()));
      fromDy.add(place);
    }
    List<Index> fromX =
        new ArrayList<>(List.of(sample, group.times(x.dim(1) / groups).plus(loops.get(1).index())));
    fromX.addAll(under);
    return Comprehension.product(
        loops,
        reduced,
        new Comprehension.Access(fromX, Geometry.inside(under, Convolution.spatial(x)), 0),
        Comprehension.Access.of(fromDy));
  }

  @Override
  public void gradient(GradientContext grad) {
    if (grad.wants(0)) {
      List<Integer> spatial = Convolution.spatial(grad.operand(0).type());
      var toX = new ConvolutionInputGrad(geometry, groups, spatial);
      grad.add(0, grad.emit(toX, grad.operand(1), grad.upstream()));
    }
    if (grad.wants(1)) {
      var toDy = new Convolution(geometry, groups);
      grad.add(1, grad.emit(toDy, grad.operand(0), grad.upstream()));
    }
  }
}
