// SPDX-License-Identifier: Apache-2.0
package dlc.ir.op;

import dlc.ir.Operands;
import dlc.ir.TensorType;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import java.util.ArrayList;
import java.util.List;

/**
 * Cross-correlation: {@code x [n, c, *spatial]}, {@code w [o, c / groups, *kernel]}.
 *
 * <pre>
 * y[n, o, s] = sum over c, k of x[n, group(o) + c, s * stride + k * dilation - low] * w[o, c, k]
 * </pre>
 */
public record Convolution(Geometry geometry, int groups) implements Contraction {

  @Override
  public List<String> operandNames() {
    return List.of("x", "w");
  }

  @Override
  public TensorType inferType(Operands operands) {
    TensorType x = operands.ranked(0, geometry.rank() + 2);
    TensorType w = operands.ranked(1, geometry.rank() + 2);
    operands.floating(0);
    operands.require(x.dtype() == w.dtype(), "operand types differ: %s and %s", x, w);
    operands.require(
        x.dim(1) == w.dim(1) * groups && w.dim(0) % groups == 0,
        "weights %s do not fit %d channels in %d groups",
        w,
        x.dim(1),
        groups);
    List<Integer> dims = new ArrayList<>(List.of(x.dim(0), w.dim(0)));
    dims.addAll(geometry.places(spatial(x), spatial(w)));
    return new TensorType(x.dtype(), dims);
  }

  public static List<Integer> spatial(TensorType type) {
    return type.dims().subList(2, type.rank());
  }

  @Override
  public Comprehension comprehension(List<TensorType> operands, TensorType result) {
    TensorType x = operands.get(0);
    TensorType w = operands.get(1);
    List<LoopVar> loops = Comprehension.loops("d", result.dims());
    List<LoopVar> reduced = Comprehension.loops("r", w.dims().subList(1, w.rank()));
    Index group = loops.get(1).index().floorDiv(w.dim(0) / groups);
    List<Index> taps = Comprehension.indices(reduced.subList(1, reduced.size()));
    List<Index> place = Comprehension.indices(loops.subList(2, loops.size()));
    List<Index> under = new ArrayList<>();
    for (int axis = 0; axis < geometry.rank(); axis++) {
      under.add(geometry.input(axis, place.get(axis), taps.get(axis)));
    }
    List<Index> fromX = new ArrayList<>();
    fromX.add(loops.getFirst().index());
    fromX.add(group.times(w.dim(1)).plus(reduced.getFirst().index()));
    fromX.addAll(under);
    List<Index> fromW = new ArrayList<>();
    fromW.add(loops.get(1).index());
    fromW.addAll(Comprehension.indices(reduced));
    return Comprehension.product(
        loops,
        reduced,
        new Comprehension.Access(fromX, Geometry.inside(under, spatial(x)), 0),
        Comprehension.Access.of(fromW));
  }

  @Override
  public void gradient(GradientContext grad) {
    TensorType x = grad.operand(0).type();
    TensorType w = grad.operand(1).type();
    if (grad.wants(0)) {
      var toX = new ConvolutionInputGrad(geometry, groups, spatial(x));
      grad.add(0, grad.emit(toX, grad.upstream(), grad.operand(1)));
    }
    if (grad.wants(1)) {
      var toW = new ConvolutionWeightGrad(geometry, groups, spatial(w));
      grad.add(1, grad.emit(toW, grad.operand(0), grad.upstream()));
    }
  }
}
