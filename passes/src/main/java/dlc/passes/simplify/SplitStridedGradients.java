// SPDX-License-Identifier: Apache-2.0
package dlc.passes.simplify;

import dlc.ir.TensorType;
import dlc.ir.Value;
import dlc.ir.op.Convolution;
import dlc.ir.op.ConvolutionInputGrad;
import dlc.ir.op.Elementwise;
import dlc.ir.op.Geometry;
import dlc.ir.op.Layout.Pad;
import dlc.ir.op.Layout.Slice;
import dlc.passes.Rewrite;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Computes the gradient in the input of a convolution with steps for each of its phases by itself.
 *
 * <pre>
 * convolution_input_grad dy, w, stride 2   =>   sum over phases p of
 *   pad (convolution_input_grad dy, (slice w, every second tap from that of p)), gaps 1, low p
 * </pre>
 *
 * <p>A place of the input meets only those taps whose distance to it is a multiple of the step: as
 * one sum, three of four products with a step of 2 by 2 would be with zeros.
 */
final class SplitStridedGradients implements SimplifyRule {

  /** With fewer channels there is too little to win. */
  private static final int CHANNELS = 16;

  @Override
  public Optional<Value> apply(Value value, Rewrite target) {
    return value.op() instanceof ConvolutionInputGrad op && suits(op, value)
        ? Optional.of(split(op, value, target))
        : Optional.empty();
  }

  private static boolean suits(ConvolutionInputGrad op, Value value) {
    Geometry geometry = op.geometry();
    List<Integer> kernel = Convolution.spatial(value.operand(1).type());
    boolean steps = false;
    for (int axis = 0; axis < geometry.rank(); axis++) {
      int step = geometry.stride().get(axis);
      steps |= step > 1;
      if (step > kernel.get(axis) || step > op.spatial().get(axis)) {
        return false;
      }
    }
    return steps
        && geometry.dilation().stream().allMatch(gap -> gap == 1)
        && value.operand(0).type().dim(1) / op.groups() >= CHANNELS;
  }

  private static Value split(ConvolutionInputGrad op, Value value, Rewrite target) {
    List<Integer> stride = op.geometry().stride();
    return phases(stride).stream()
        .map(phase -> spread(phase, op, part(phase, op, value, target), target))
        .reduce((sum, part) -> target.emit(Elementwise.ADD, sum, part))
        .orElseThrow();
  }

  /** Every place within a step. */
  private static List<List<Integer>> phases(List<Integer> stride) {
    List<List<Integer>> phases = List.of(List.of());
    for (int step : stride) {
      List<List<Integer>> longer = new ArrayList<>();
      for (List<Integer> phase : phases) {
        for (int place = 0; place < step; place++) {
          List<Integer> next = new ArrayList<>(phase);
          next.add(place);
          longer.add(next);
        }
      }
      phases = longer;
    }
    return phases;
  }

  /** The gradient at the places of one phase. */
  private static Value part(
      List<Integer> phase, ConvolutionInputGrad op, Value value, Rewrite target) {
    Geometry geometry = op.geometry();
    TensorType dy = value.operand(0).type();
    TensorType w = value.operand(1).type();
    List<Integer> starts = new ArrayList<>(List.of(0, 0));
    List<Integer> taps = new ArrayList<>(w.dims().subList(0, 2));
    List<Integer> steps = new ArrayList<>(List.of(1, 1));
    List<Integer> spatial = new ArrayList<>();
    List<Integer> low = new ArrayList<>();
    List<Integer> high = new ArrayList<>();
    for (int axis = 0; axis < geometry.rank(); axis++) {
      int step = geometry.stride().get(axis);
      int shifted = phase.get(axis) + geometry.low().get(axis);
      int first = Math.floorMod(shifted, step);
      int count = Math.ceilDiv(w.dim(axis + 2) - first, step);
      starts.add(first);
      taps.add(count);
      steps.add(step);
      int size = Math.ceilDiv(op.spatial().get(axis) - phase.get(axis), step);
      spatial.add(size);
      low.add((shifted - first) / step);
      high.add(dy.dim(axis + 2) - 1 - size - low.getLast() + count);
    }
    List<Integer> ones = Collections.nCopies(geometry.rank(), 1);
    Value tapsOfPhase = target.emit(new Slice(starts, taps, steps), value.operand(1));
    return target.emit(
        new ConvolutionInputGrad(new Geometry(ones, low, high, ones), op.groups(), spatial),
        value.operand(0),
        tapsOfPhase);
  }

  /** The places of one phase at their places in the whole. */
  private static Value spread(
      List<Integer> phase, ConvolutionInputGrad op, Value part, Rewrite target) {
    List<Integer> low = new ArrayList<>(List.of(0, 0));
    List<Integer> high = new ArrayList<>(List.of(0, 0));
    List<Integer> gaps = new ArrayList<>(List.of(0, 0));
    for (int axis = 0; axis < phase.size(); axis++) {
      int step = op.geometry().stride().get(axis);
      int last = phase.get(axis) + (part.type().dim(axis + 2) - 1) * step;
      low.add(phase.get(axis));
      high.add(op.spatial().get(axis) - 1 - last);
      gaps.add(step - 1);
    }
    return target.emit(new Pad(low, high, gaps), part);
  }
}
