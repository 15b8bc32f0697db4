// SPDX-License-Identifier: Apache-2.0
package dlc.ir.op;

import dlc.ir.DType;
import dlc.ir.Operands;
import dlc.ir.TensorType;
import dlc.ir.scalar.BinaryFn;
import dlc.ir.scalar.Condition;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import dlc.ir.scalar.Scalar;
import java.util.ArrayList;
import java.util.List;

/**
 * The gradient of a dense convolution in its weights where the gradient of its result is nonzero at
 * one place of each window alone, as behind a maximum of windows: it looks at these places only.
 *
 * <pre>
 * dw[o, c, k, l] = sum over n, p of dy[n, o, p] * x[n, c, y + k - low, x + l - low]
 * </pre>
 *
 * where {@code (y, x)} is the place in window {@code p} that {@code place[n, o, p]} names, and what
 * is outside of {@code x} counts as 0. Passes make this op from gradients: it has none itself.
 *
 * @param window height and width of the windows
 * @param geometry how windows lie on the result of the convolution, without padding
 * @param kernel height and width of the kernel
 * @param padding rows before and columns left of the images
 */
public record RoutedWeightGrad(
    List<Integer> window, Geometry geometry, List<Integer> kernel, List<Integer> padding)
    implements Contraction {

  public RoutedWeightGrad {
    window = List.copyOf(window);
    kernel = List.copyOf(kernel);
    padding = List.copyOf(padding);
  }

  @Override
  public List<String> operandNames() {
    return List.of("x", "dy", "place");
  }

  @Override
  public TensorType inferType(Operands operands) {
    TensorType x = operands.ranked(0, 4);
    TensorType dy = operands.ranked(1, 4);
    operands.floating(0);
    operands.require(
        x.dim(0) == dy.dim(0)
            && x.dtype() == dy.dtype()
            && operands.type(2).equals(Window.placesIn(window, dy)),
        "gradients %s at places %s of images %s",
        dy,
        operands.type(2),
        x);
    operands.require(
        window.size() == 2
            && kernel.size() == 2
            && padding.size() == 2
            && geometry.rank() == 2
            && reaches(0, dy) < x.dim(2) + padding.get(0)
            && reaches(1, dy) < x.dim(3) + padding.get(1),
        "windows %s and kernels %s for %s go beyond images %s",
        window,
        kernel,
        dy,
        x);
    return TensorType.of(x.dtype(), dy.dim(1), x.dim(1), kernel.get(0), kernel.get(1));
  }

  /** Where the last place of the last window is. */
  private int reaches(int axis, TensorType dy) {
    return (dy.dim(2 + axis) - 1) * geometry.stride().get(axis)
        + (window.get(axis) - 1) * geometry.dilation().get(axis);
  }

  @Override
  public Comprehension comprehension(List<TensorType> operands, TensorType result) {
    List<Integer> dims = operands.get(1).dims();
    List<LoopVar> loops = Comprehension.loops("d", result.dims());
    List<LoopVar> reduced =
        Comprehension.loops("r", List.of(dims.get(0), dims.get(2), dims.get(3)));
    List<Index> at = Comprehension.indices(loops);
    List<Index> summed = Comprehension.indices(reduced);
    Scalar number = new Scalar.Cast(DType.I32, new Scalar.Arg(2));
    Index place = Index.of(new Index.Dynamic(number, window.get(0) * window.get(1)));
    List<Index> taps = Index.delinear(place, window);
    Index y = geometry.input(0, summed.get(1), taps.get(0).mod(window.get(0)));
    Index x = geometry.input(1, summed.get(2), taps.get(1));
    List<Index> under =
        List.of(y.plus(at.get(2)).plus(-padding.get(0)), x.plus(at.get(3)).plus(-padding.get(1)));
    List<Index> from = new ArrayList<>(List.of(summed.get(0), at.get(1)));
    from.addAll(under);
    Condition inside = Geometry.inside(under, Convolution.spatial(operands.get(0)));
    List<Index> here = List.of(summed.get(0), at.get(0), summed.get(1), summed.get(2));
    return new Comprehension(
        loops,
        reduced,
        List.of(
            new Comprehension.Access(from, inside, 0),
            Comprehension.Access.of(here),
            Comprehension.Access.of(here)),
        new Comprehension.Fold.By(ReduceFn.SUM),
        new Scalar.Binary(BinaryFn.MUL, new Scalar.Arg(0), new Scalar.Arg(1)));
  }

  @Override
  public void gradient(GradientContext grad) {}
}
