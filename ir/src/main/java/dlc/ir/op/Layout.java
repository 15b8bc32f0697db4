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
import java.util.Collections;
import java.util.List;

/** Ops that move elements without changing them. */
public sealed interface Layout extends Computed {

  @Override
  default List<String> operandNames() {
    return List.of("x");
  }

  /** Where in the operand the element at {@code at} of the result comes from. */
  Comprehension.Access source(List<Index> at, TensorType operand, TensorType result);

  @Override
  default Comprehension comprehension(List<TensorType> operands, TensorType result) {
    var loops = Comprehension.loops("d", result.dims());
    return Comprehension.of(
        loops,
        List.of(source(Comprehension.indices(loops), operands.getFirst(), result)),
        new Scalar.Arg(0));
  }

  /** Repeats along new and unit dimensions: operand dimension {@code i} lies on {@code axes(i)}. */
  record Broadcast(List<Integer> dims, List<Integer> axes) implements Layout {
    public Broadcast {
      dims = List.copyOf(dims);
      axes = List.copyOf(axes);
    }

    @Override
    public TensorType inferType(Operands operands) {
      TensorType x = operands.ranked(0, axes.size());
      for (int i = 0; i < axes.size(); i++) {
        int axis = axes.get(i);
        operands.require(
            axis >= 0
                && axis < dims.size()
                && (i == 0 || axes.get(i - 1) < axis)
                && (x.dim(i) == 1 || x.dim(i) == dims.get(axis)),
            "%s does not broadcast to %s along %s",
            x,
            dims,
            axes);
      }
      return new TensorType(x.dtype(), dims);
    }

    @Override
    public Comprehension.Access source(List<Index> at, TensorType operand, TensorType result) {
      List<Index> from = new ArrayList<>();
      for (int i = 0; i < axes.size(); i++) {
        from.add(operand.dim(i) == 1 ? Index.ZERO : at.get(axes.get(i)));
      }
      return Comprehension.Access.of(from);
    }

    @Override
    public void gradient(GradientContext grad) {
      TensorType from = grad.operand(0).type();
      List<Integer> summed = new ArrayList<>();
      for (int axis = 0; axis < dims.size(); axis++) {
        int i = axes.indexOf(axis);
        if (i < 0 || from.dim(i) != dims.get(axis)) {
          summed.add(axis);
        }
      }
      var sum = grad.emit(new Reduction.Reduce(ReduceFn.SUM, summed), grad.upstream());
      grad.add(0, grad.emit(new Reshape(from.dims()), sum));
    }
  }

  /** The same elements in row-major order under other dimensions. */
  record Reshape(List<Integer> dims) implements Layout {
    public Reshape {
      dims = List.copyOf(dims);
    }

    @Override
    public TensorType inferType(Operands operands) {
      TensorType result = new TensorType(operands.type(0).dtype(), dims);
      operands.require(
          result.elements() == operands.type(0).elements(),
          "%s has %d elements, %s has %d",
          operands.type(0),
          operands.type(0).elements(),
          result,
          result.elements());
      return result;
    }

    @Override
    public Comprehension.Access source(List<Index> at, TensorType operand, TensorType result) {
      return Comprehension.Access.of(Index.delinear(Index.linear(at, dims), operand.dims()));
    }

    @Override
    public void gradient(GradientContext grad) {
      grad.add(0, grad.emit(new Reshape(grad.operand(0).type().dims()), grad.upstream()));
    }
  }

  /** Dimension {@code i} of the result is dimension {@code permutation(i)} of the operand. */
  record Transpose(List<Integer> permutation) implements Layout {
    public Transpose {
      permutation = List.copyOf(permutation);
    }

    @Override
    public TensorType inferType(Operands operands) {
      TensorType x = operands.ranked(0, permutation.size());
      operands.require(
          permutation.stream().distinct().count() == permutation.size()
              && permutation.stream().allMatch(axis -> axis >= 0 && axis < x.rank()),
          "%s is not a permutation",
          permutation);
      return new TensorType(x.dtype(), permutation.stream().map(x::dim).toList());
    }

    @Override
    public Comprehension.Access source(List<Index> at, TensorType operand, TensorType result) {
      List<Index> from = new ArrayList<>(at);
      for (int i = 0; i < at.size(); i++) {
        from.set(permutation.get(i), at.get(i));
      }
      return Comprehension.Access.of(from);
    }

    /** The transpose that undoes this one. */
    public Transpose inverse() {
      List<Integer> inverse = new ArrayList<>(permutation);
      for (int i = 0; i < permutation.size(); i++) {
        inverse.set(permutation.get(i), i);
      }
      return new Transpose(inverse);
    }

    @Override
    public void gradient(GradientContext grad) {
      grad.add(0, grad.emit(inverse(), grad.upstream()));
    }
  }

  /** {@code sizes} elements from {@code starts} on, {@code strides} apart. */
  record Slice(List<Integer> starts, List<Integer> sizes, List<Integer> strides) implements Layout {
    public Slice {
      starts = List.copyOf(starts);
      sizes = List.copyOf(sizes);
      strides = List.copyOf(strides);
    }

    @Override
    public TensorType inferType(Operands operands) {
      TensorType x = operands.ranked(0, starts.size());
      operands.require(
          sizes.size() == x.rank() && strides.size() == x.rank(),
          "starts %s, sizes %s and strides %s are not of one length",
          starts,
          sizes,
          strides);
      for (int axis = 0; axis < x.rank(); axis++) {
        operands.require(
            strides.get(axis) >= 1
                && starts.get(axis) >= 0
                && starts.get(axis) + (sizes.get(axis) - 1L) * strides.get(axis) < x.dim(axis),
            "%d elements from %d in steps of %d do not lie in dimension %d of %s",
            sizes.get(axis),
            starts.get(axis),
            strides.get(axis),
            axis,
            x);
      }
      return new TensorType(x.dtype(), sizes);
    }

    @Override
    public Comprehension.Access source(List<Index> at, TensorType operand, TensorType result) {
      List<Index> from = new ArrayList<>();
      for (int axis = 0; axis < at.size(); axis++) {
        from.add(at.get(axis).times(strides.get(axis)).plus(starts.get(axis)));
      }
      return Comprehension.Access.of(from);
    }

    @Override
    public void gradient(GradientContext grad) {
      TensorType x = grad.operand(0).type();
      List<Integer> high = new ArrayList<>();
      List<Integer> gaps = new ArrayList<>();
      for (int axis = 0; axis < x.rank(); axis++) {
        gaps.add(strides.get(axis) - 1);
        int end = starts.get(axis) + (sizes.get(axis) - 1) * strides.get(axis) + 1;
        high.add(x.dim(axis) - end);
      }
      grad.add(0, grad.emit(new Pad(starts, high, gaps), grad.upstream()));
    }
  }

  /** The elements in opposite order along {@code axes}. */
  record Reverse(List<Integer> axes) implements Layout {
    public Reverse {
      axes = List.copyOf(axes);
    }

    @Override
    public TensorType inferType(Operands operands) {
      TensorType x = operands.type(0);
      operands.require(
          axes.stream().allMatch(axis -> axis >= 0 && axis < x.rank()), "axes %s of %s", axes, x);
      return x;
    }

    @Override
    public Comprehension.Access source(List<Index> at, TensorType operand, TensorType result) {
      List<Index> from = new ArrayList<>(at);
      for (int axis : axes) {
        from.set(axis, at.get(axis).times(-1).plus(result.dim(axis) - 1));
      }
      return Comprehension.Access.of(from);
    }

    @Override
    public void gradient(GradientContext grad) {
      grad.add(0, grad.emit(this, grad.upstream()));
    }
  }

  /** Zeros before, after, and {@code gaps} of them between the elements of each dimension. */
  record Pad(List<Integer> low, List<Integer> high, List<Integer> gaps) implements Layout {
    public Pad {
      low = List.copyOf(low);
      high = List.copyOf(high);
      gaps = List.copyOf(gaps);
    }

    /** Zeros before and after. */
    public static Pad around(List<Integer> low, List<Integer> high) {
      return new Pad(low, high, Collections.nCopies(low.size(), 0));
    }

    @Override
    public TensorType inferType(Operands operands) {
      TensorType x = operands.ranked(0, low.size());
      operands.require(
          high.size() == x.rank() && gaps.size() == x.rank(),
          "low %s, high %s and gaps %s are not of one length",
          low,
          high,
          gaps);
      List<Integer> dims = new ArrayList<>();
      for (int axis = 0; axis < x.rank(); axis++) {
        operands.require(
            low.get(axis) >= 0 && high.get(axis) >= 0 && gaps.get(axis) >= 0,
            "padding is negative in dimension %d",
            axis);
        long spread = (x.dim(axis) - 1L) * (gaps.get(axis) + 1L) + 1;
        long padded = low.get(axis) + spread + high.get(axis);
        operands.require(padded <= Integer.MAX_VALUE, "dimension %d gets too long", axis);
        dims.add((int) padded);
      }
      return new TensorType(x.dtype(), dims);
    }

    @Override
    public Comprehension.Access source(List<Index> at, TensorType operand, TensorType result) {
      List<Index> from = new ArrayList<>();
      Condition when = Condition.ALWAYS;
      for (int axis = 0; axis < at.size(); axis++) {
        int step = gaps.get(axis) + 1;
        Index shifted = at.get(axis).plus(-low.get(axis));
        when =
            when.and(Condition.inRange(shifted, 0, (operand.dim(axis) - 1) * step + 1))
                .and(Condition.divisible(shifted, step));
        from.add(shifted.floorDiv(step));
      }
      return new Comprehension.Access(from, when, 0);
    }

    @Override
    public void gradient(GradientContext grad) {
      List<Integer> strides = gaps.stream().map(gap -> gap + 1).toList();
      grad.add(
          0, grad.emit(new Slice(low, grad.operand(0).type().dims(), strides), grad.upstream()));
    }
  }

  /** The operands one after the other along {@code axis}. */
  record Concat(int axis) implements Layout {
    @Override
    public boolean isVariadic() {
      return true;
    }

    @Override
    public TensorType inferType(Operands operands) {
      TensorType first = operands.type(0);
      operands.require(axis >= 0 && axis < first.rank(), "axis %d of %s", axis, first);
      List<Integer> dims = new ArrayList<>(first.dims());
      for (TensorType other : operands.types().subList(1, operands.count())) {
        dims.set(axis, dims.get(axis) + (other.rank() == first.rank() ? other.dim(axis) : 0));
        List<Integer> expected = new ArrayList<>(other.dims());
        if (expected.size() == dims.size()) {
          expected.set(axis, dims.get(axis));
        }
        operands.require(
            expected.equals(dims) && other.dtype() == first.dtype(),
            "%s and %s do not join along dimension %d",
            first,
            other,
            axis);
      }
      return new TensorType(first.dtype(), dims);
    }

    @Override
    public Comprehension.Access source(List<Index> at, TensorType operand, TensorType result) {
      return Comprehension.Access.of(at);
    }

    @Override
    public Comprehension comprehension(List<TensorType> operands, TensorType result) {
      List<LoopVar> loops = Comprehension.loops("d", result.dims());
      List<Comprehension.Access> accesses = new ArrayList<>();
      Index place = loops.get(axis).index();
      int start = result.dim(axis);
      Scalar body = new Scalar.Arg(operands.size() - 1);
      for (int i = operands.size() - 1; i >= 0; i--) {
        int extent = operands.get(i).dim(axis);
        start -= extent;
        List<Index> at = new ArrayList<>(Comprehension.indices(loops));
        at.set(axis, place.plus(-start));
        accesses.addFirst(
            new Comprehension.Access(at, Condition.inRange(at.get(axis), 0, extent), 0));
        if (i > 0) {
          Scalar before =
              new Scalar.Position(place).is(BinaryFn.LT, Scalar.literal(start, DType.I32));
          body = before.choose(new Scalar.Arg(i - 1), body);
        }
      }
      return Comprehension.of(loops, accesses, body);
    }

    @Override
    public void gradient(GradientContext grad) {
      int start = 0;
      for (int i = 0; i < grad.operands().size(); i++) {
        TensorType type = grad.operand(i).type();
        List<Integer> starts = new ArrayList<>(Collections.nCopies(type.rank(), 0));
        starts.set(axis, start);
        if (grad.wants(i)) {
          Slice part = new Slice(starts, type.dims(), Collections.nCopies(type.rank(), 1));
          grad.add(i, grad.emit(part, grad.upstream()));
        }
        start += type.dim(axis);
      }
    }
  }
}
