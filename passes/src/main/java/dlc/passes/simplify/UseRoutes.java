// SPDX-License-Identifier: Apache-2.0
package dlc.passes.simplify;

import dlc.ir.DType;
import dlc.ir.TensorType;
import dlc.ir.Value;
import dlc.ir.op.ConvolutionWeightGrad;
import dlc.ir.op.Elementwise;
import dlc.ir.op.Geometry;
import dlc.ir.op.Layout;
import dlc.ir.op.ReduceFn;
import dlc.ir.op.Reduction.Reduce;
import dlc.ir.op.RoutedWeightGrad;
import dlc.ir.op.Window.WindowArgMax;
import dlc.ir.op.Window.WindowReduce;
import dlc.ir.op.Window.WindowRoute;
import dlc.passes.Rewrite;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What is done to a gradient that goes back through a maximum of windows is done to its few nonzero
 * elements, before they are put where they belong.
 *
 * <pre>
 * select (p x), 0, (window_route (window_arg_max x), dy)
 *     =>  window_route (window_arg_max x), (select (p (window_reduce max x)), 0, dy)
 * reduce sum (window_route place, dy)                   =>  reduce sum dy
 * convolution_weight_grad x, (window_route place, dy)   =>  routed_weight_grad x, dy, place
 * </pre>
 *
 * <p>So the mask of a rectifier before the pooling is found in what the pooling gave, and neither
 * the rectifier's result nor the gradient of the convolution is needed in full.
 */
final class UseRoutes implements SimplifyRule {

  /** Windows of fewer elements leave too few out. */
  private static final int SPARSE = 4;

  @Override
  public Optional<Value> apply(Value value, Rewrite target) {
    return switch (value.op()) {
      case Elementwise op when op == Elementwise.SELECT -> mask(value, target);
      case Reduce(ReduceFn fn, List<Integer> axes) when fn == ReduceFn.SUM ->
          sum(value, axes, target);
      case ConvolutionWeightGrad(Geometry geometry, int groups, List<Integer> kernel)
          when groups == 1 && isDense(geometry) ->
          weights(value, geometry, kernel, target);
      default -> Optional.empty();
    };
  }

  private static Optional<Value> mask(Value select, Rewrite target) {
    Value test = select.operand(0);
    Value routed = select.operand(2);
    if (Constants.isAll(select.operand(1), 0)
        && routed.op() instanceof WindowRoute(var window, var geometry, var spatial)
        && routed.operand(0).op().equals(new WindowArgMax(window, geometry))
        && test.op() instanceof Elementwise) {
      Value x = routed.operand(0).operand(0);
      Value max = target.emit(new WindowReduce(ReduceFn.MAX, window, geometry), x);
      return masked(test, x, max, routed.operand(1), target)
          .map(
              masked ->
                  target.emit(
                      new WindowRoute(window, geometry, spatial), routed.operand(0), masked));
    }
    return Optional.empty();
  }

  /** {@code dy} but for zeros where {@code test}, which is of {@code x}, holds for {@code max}. */
  private static Optional<Value> masked(Value test, Value x, Value max, Value dy, Rewrite target) {
    if (dy.op() instanceof Layout.Reshape) {
      // The mask joins the kernel that makes the gradient, which has that one's shape.
      Value base = dy.operand(0);
      Value shaped = target.emit(new Layout.Reshape(base.type().dims()), max);
      return masked(test, x, shaped, base, target)
          .map(masked -> target.emit(new Layout.Reshape(dy.type().dims()), masked));
    }
    List<Value> operands = new ArrayList<>();
    for (Value operand : test.operands()) {
      OptionalDouble number = Constants.uniform(operand);
      if (number.isPresent()) {
        TensorType type = dy.type().withDType(operand.type().dtype());
        operands.add(target.fill(type, number.getAsDouble()));
      } else if (operand == x) {
        operands.add(max);
      } else {
        return Optional.empty();
      }
    }
    Value found = target.emit((Elementwise) test.op(), operands);
    Value zero = target.fill(dy.type(), 0);
    return Optional.of(target.emit(Elementwise.SELECT, found, zero, dy));
  }

  private static Optional<Value> sum(Value reduce, List<Integer> axes, Rewrite target) {
    Value routed = reduce.operand(0);
    if (isUnpadded(routed)) {
      int rank = routed.type().rank();
      int spatial = ((WindowRoute) routed.op()).spatial().size();
      for (int axis = rank - spatial; axis < rank; axis++) {
        if (!axes.contains(axis)) {
          return Optional.empty();
        }
      }
      return Optional.of(target.emit(reduce.op(), routed.operand(1)));
    }
    return Optional.empty();
  }

  private static Optional<Value> weights(
      Value grad, Geometry geometry, List<Integer> kernel, Rewrite target) {
    Value x = grad.operand(0);
    Value routed = grad.operand(1);
    if (kernel.size() != 2
        || x.type().dtype() != DType.F32
        || !isUnpadded(routed)
        || routed.type().elements() < SPARSE * routed.operand(1).type().elements()) {
      return Optional.empty();
    }
    WindowRoute route = (WindowRoute) routed.op();
    return Optional.of(
        target.emit(
            new RoutedWeightGrad(route.window(), route.geometry(), kernel, geometry.low()),
            x,
            routed.operand(1),
            routed.operand(0)));
  }

  /** Whether {@code value} is a gradient at greatest elements, none of which are padding. */
  private static boolean isUnpadded(Value value) {
    return value.op() instanceof WindowRoute(var window, var geometry, var _)
        && value.operand(0).op().equals(new WindowArgMax(window, geometry))
        && geometry.low().stream().allMatch(low -> low == 0)
        && geometry.high().stream().allMatch(high -> high == 0);
  }

  private static boolean isDense(Geometry geometry) {
    List<Integer> ones = Collections.nCopies(geometry.rank(), 1);
    return geometry.stride().equals(ones) && geometry.dilation().equals(ones);
  }
}
