// SPDX-License-Identifier: Apache-2.0
package dlc.ir.op;

import dlc.ir.DType;
import dlc.ir.Operands;
import dlc.ir.TensorType;
import dlc.ir.Value;
import dlc.ir.scalar.BinaryFn;
import dlc.ir.scalar.Condition;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import dlc.ir.scalar.Scalar;
import java.util.ArrayList;
import java.util.List;

/** Ops that fold windows over the last dimensions, and their gradients. */
public sealed interface Window extends Computed {

  /** The size of a window in each of the last dimensions. */
  List<Integer> window();

  Geometry geometry();

  /** So many numbers a byte holds. */
  int BYTE_VALUES = 256;

  /** Each window folded by {@code fn}; padding is the identity of {@code fn}. */
  record WindowReduce(ReduceFn fn, List<Integer> window, Geometry geometry) implements Window {
    public WindowReduce {
      window = List.copyOf(window);
    }

    @Override
    public List<String> operandNames() {
      return List.of("x");
    }

    @Override
    public TensorType inferType(Operands operands) {
      operands.floating(0);
      operands.require(
          fn == ReduceFn.SUM || fn == ReduceFn.MAX, "windows are folded by sum or max, not %s", fn);
      return places(operands, window, geometry);
    }

    @Override
    public Comprehension comprehension(List<TensorType> operands, TensorType result) {
      return gather(
          this,
          operands.getFirst(),
          result,
          fn.identity(),
          (_, _) -> new Comprehension.Fold.By(fn));
    }

    @Override
    public void gradient(GradientContext grad) {
      TensorType x = grad.operand(0).type();
      List<Integer> spatial = x.dims().subList(x.rank() - window.size(), x.rank());
      switch (fn) {
        case SUM ->
            grad.add(0, grad.emit(new WindowSpread(window, geometry, spatial), grad.upstream()));
        case MAX -> {
          Value place = grad.emit(new WindowArgMax(window, geometry), grad.operand(0));
          Value routed =
              grad.emit(new WindowRoute(window, geometry, spatial), place, grad.upstream());
          grad.add(0, routed);
        }
        case PROD, MIN -> throw new IllegalStateException("no gradient of windows by " + fn);
      }
    }
  }

  /** The row-major place in its window of each window's greatest element, the first of equals. */
  record WindowArgMax(List<Integer> window, Geometry geometry) implements Window {
    public WindowArgMax {
      window = List.copyOf(window);
    }

    @Override
    public List<String> operandNames() {
      return List.of("x");
    }

    @Override
    public TensorType inferType(Operands operands) {
      operands.floating(0);
      return placesIn(window, places(operands, window, geometry));
    }

    @Override
    public Comprehension comprehension(List<TensorType> operands, TensorType result) {
      return gather(
          this,
          operands.getFirst(),
          result,
          Double.NEGATIVE_INFINITY,
          (places, taps) ->
              new Comprehension.Fold.Greatest(Index.linear(taps, window), first(places)));
    }

    /** The first place of a window that is no padding. */
    private Scalar first(List<Index> places) {
      Scalar first = Scalar.literal(0, DType.I32);
      int inner = 1;
      for (int axis = window.size() - 1; axis >= 0; axis--) {
        if (geometry.low().get(axis) > 0) {
          Scalar tap = new Scalar.Position(geometry.firstTap(axis, places.get(axis)));
          Scalar inside = new Scalar.Binary(BinaryFn.MAX, tap, Scalar.literal(0, DType.I32));
          first = first.plus(inside.times(Scalar.literal(inner, DType.I32)));
        }
        inner *= window.get(axis);
      }
      return first;
    }

    @Override
    public void gradient(GradientContext grad) {}
  }

  /** The transpose of a sum of windows: each element of {@code dy} added to all its window. */
  record WindowSpread(List<Integer> window, Geometry geometry, List<Integer> spatial)
      implements Window {
    public WindowSpread {
      window = List.copyOf(window);
      spatial = List.copyOf(spatial);
    }

    @Override
    public List<String> operandNames() {
      return List.of("dy");
    }

    @Override
    public TensorType inferType(Operands operands) {
      return unpooled(operands, 0, this, spatial);
    }

    @Override
    public Comprehension comprehension(List<TensorType> operands, TensorType result) {
      Covering covering = Covering.of(this, operands.getFirst(), result);
      return new Comprehension(
          covering.loops(),
          covering.reduced(),
          List.of(covering.access()),
          new Comprehension.Fold.By(ReduceFn.SUM),
          new Scalar.Arg(0));
    }

    @Override
    public void gradient(GradientContext grad) {
      grad.add(0, grad.emit(new WindowReduce(ReduceFn.SUM, window, geometry), grad.upstream()));
    }
  }

  /** Each element of {@code dy} added to the one place of its window that {@code place} names. */
  record WindowRoute(List<Integer> window, Geometry geometry, List<Integer> spatial)
      implements Window {
    public WindowRoute {
      window = List.copyOf(window);
      spatial = List.copyOf(spatial);
    }

    @Override
    public List<String> operandNames() {
      return List.of("place", "dy");
    }

    @Override
    public TensorType inferType(Operands operands) {
      operands.require(
          operands.type(0).equals(placesIn(window, operands.type(1))),
          "places %s of %s",
          operands.type(0),
          operands.type(1));
      return unpooled(operands, 1, this, spatial);
    }

    @Override
    public Comprehension comprehension(List<TensorType> operands, TensorType result) {
      Covering covering = Covering.of(this, operands.getFirst(), result);
      Scalar isHere =
          new Scalar.Cast(DType.I32, new Scalar.Arg(0))
              .is(BinaryFn.EQ, new Scalar.Position(Index.linear(covering.taps(), window)));
      return new Comprehension(
          covering.loops(),
          covering.reduced(),
          List.of(covering.access(), covering.access()),
          new Comprehension.Fold.By(ReduceFn.SUM),
          isHere.choose(new Scalar.Arg(1), Scalar.literal(0, result.dtype())));
    }

    @Override
    public void gradient(GradientContext grad) {}
  }

  /** The type of a place in each window of {@code pooled}: bytes where their numbers fit in. */
  static TensorType placesIn(List<Integer> window, TensorType pooled) {
    int taps = window.stream().reduce(1, Math::multiplyExact);
    return pooled.withDType(taps <= BYTE_VALUES ? DType.U8 : DType.I32);
  }

  /** What a fold over windows does with the indices of the windows and of their taps. */
  @FunctionalInterface
  interface FoldOfTaps {
    Comprehension.Fold of(List<Index> places, List<Index> taps);
  }

  private static TensorType places(Operands operands, List<Integer> window, Geometry geometry) {
    TensorType x = operands.type(0);
    int outer = x.rank() - window.size();
    operands.require(outer >= 0, "%s has fewer dimensions than the window %s", x, window);
    List<Integer> dims = new ArrayList<>(x.dims().subList(0, outer));
    dims.addAll(geometry.places(x.dims().subList(outer, x.rank()), window));
    return new TensorType(x.dtype(), dims);
  }

  private static TensorType unpooled(
      Operands operands, int operand, Window op, List<Integer> spatial) {
    TensorType pooled = operands.floating(operand);
    int outer = pooled.rank() - spatial.size();
    operands.require(
        outer >= 0
            && op.geometry()
                .places(spatial, op.window())
                .equals(pooled.dims().subList(outer, pooled.rank())),
        "%s is no result of windows %s on %s",
        pooled,
        op.window(),
        spatial);
    List<Integer> dims = new ArrayList<>(pooled.dims().subList(0, outer));
    dims.addAll(spatial);
    return new TensorType(pooled.dtype(), dims);
  }

  private static Comprehension gather(
      Window op, TensorType x, TensorType result, double padding, FoldOfTaps fold) {
    List<LoopVar> loops = Comprehension.loops("d", result.dims());
    List<LoopVar> reduced = Comprehension.loops("r", op.window());
    List<Index> taps = Comprehension.indices(reduced);
    int outer = x.rank() - taps.size();
    List<Index> at = new ArrayList<>(Comprehension.indices(loops.subList(0, outer)));
    for (int axis = 0; axis < taps.size(); axis++) {
      at.add(op.geometry().input(axis, loops.get(outer + axis).index(), taps.get(axis)));
    }
    Condition inside =
        Geometry.inside(at.subList(outer, at.size()), x.dims().subList(outer, x.rank()));
    return new Comprehension(
        loops,
        reduced,
        List.of(new Comprehension.Access(at, inside, padding)),
        fold.of(Comprehension.indices(loops.subList(outer, loops.size())), taps),
        new Scalar.Arg(0));
  }

  /** The windows that cover an input element: one without a loop where windows do not overlap. */
  record Covering(
      List<LoopVar> loops, List<LoopVar> reduced, List<Index> taps, Comprehension.Access access) {

    static Covering of(Window op, TensorType pooled, TensorType result) {
      List<LoopVar> loops = Comprehension.loops("d", result.dims());
      List<LoopVar> reduced = new ArrayList<>();
      List<Index> taps = new ArrayList<>();
      int outer = result.rank() - op.window().size();
      List<Index> at = new ArrayList<>(Comprehension.indices(loops.subList(0, outer)));
      Condition when = Condition.ALWAYS;
      for (int axis = 0; axis < op.window().size(); axis++) {
        Geometry geometry = op.geometry();
        int step = geometry.stride().get(axis);
        int places = pooled.dim(outer + axis);
        Index here = loops.get(outer + axis).index();
        if (op.window().get(axis) == step && geometry.dilation().get(axis) == 1) {
          Index shifted = here.plus(geometry.low().get(axis));
          taps.add(shifted.mod(step));
          at.add(shifted.floorDiv(step));
          when = when.and(Condition.inRange(shifted, 0, places * step));
        } else {
          LoopVar tap = new LoopVar("r" + reduced.size(), op.window().get(axis));
          reduced.add(tap);
          taps.add(tap.index());
          Index origin = geometry.origin(axis, here, tap.index());
          when = when.and(geometry.isPlace(axis, origin, places));
          at.add(origin.floorDiv(step));
        }
      }
      return new Covering(loops, reduced, taps, new Comprehension.Access(at, when, 0));
    }
  }
}
