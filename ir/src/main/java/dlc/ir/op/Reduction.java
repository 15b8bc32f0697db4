// SPDX-License-Identifier: Apache-2.0
package dlc.ir.op;

import dlc.ir.DType;
import dlc.ir.Operands;
import dlc.ir.TensorType;
import dlc.ir.Value;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import dlc.ir.scalar.Scalar;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Ops that fold whole dimensions away. */
public sealed interface Reduction extends Computed {

  @Override
  default List<String> operandNames() {
    return List.of("x");
  }

  /** The dimensions that the result does not have. */
  List<Integer> axes();

  /** How the values along the axes become one. */
  Comprehension.Fold fold(List<LoopVar> reduced);

  @Override
  default Comprehension comprehension(List<TensorType> operands, TensorType result) {
    TensorType x = operands.getFirst();
    List<LoopVar> loops = Comprehension.loops("d", result.dims());
    List<LoopVar> reduced = Comprehension.loops("r", axes().stream().sorted().map(x::dim).toList());
    List<Index> at = new ArrayList<>();
    int kept = 0;
    int folded = 0;
    for (int axis = 0; axis < x.rank(); axis++) {
      at.add((axes().contains(axis) ? reduced.get(folded++) : loops.get(kept++)).index());
    }
    return new Comprehension(
        loops, reduced, List.of(Comprehension.Access.of(at)), fold(reduced), new Scalar.Arg(0));
  }

  private static List<Integer> kept(TensorType x, List<Integer> axes) {
    return IntStream.range(0, x.rank()).filter(axis -> !axes.contains(axis)).boxed().toList();
  }

  private static TensorType without(Operands operands, List<Integer> axes) {
    TensorType x = operands.type(0);
    operands.require(
        axes.stream().allMatch(axis -> axis >= 0 && axis < x.rank())
            && axes.stream().distinct().count() == axes.size(),
        "axes %s of %s",
        axes,
        x);
    return new TensorType(x.dtype(), kept(x, axes).stream().map(x::dim).toList());
  }

  /** The elements along {@code axes} folded by {@code fn}. */
  record Reduce(ReduceFn fn, List<Integer> axes) implements Reduction {
    public Reduce {
      axes = List.copyOf(axes);
    }

    @Override
    public TensorType inferType(Operands operands) {
      operands.require(operands.type(0).dtype() != DType.BOOL, "reduce needs numbers, found bool");
      return without(operands, axes);
    }

    @Override
    public Comprehension.Fold fold(List<LoopVar> reduced) {
      return new Comprehension.Fold.By(fn);
    }

    @Override
    public void gradient(GradientContext grad) {
      Value x = grad.operand(0);
      Value upstream = spread(grad, grad.upstream());
      switch (fn) {
        case SUM -> grad.add(0, upstream);
        case PROD -> grad.add(0, grad.emit(Elementwise.MUL, upstream, productOfOthers(grad)));
        // Equal extremes share the gradient, as those of PyTorch's amax do; a NaN, which equals
        // nothing, makes all NaN.
        case MAX, MIN -> {
          Value isExtreme = grad.emit(Elementwise.EQUAL, x, spread(grad, grad.result()));
          Value ones = grad.emit(new Generator.Cast(x.type().dtype()), isExtreme);
          Value count = grad.emit(new Reduce(ReduceFn.SUM, axes), ones);
          Value part = grad.emit(Elementwise.DIV, upstream, spread(grad, count));
          grad.add(0, grad.emit(Elementwise.MUL, ones, part));
        }
      }
    }

    /**
     * For each element the product of the others. With P the product of those that are not zero and
     * n the number of zeros, it is P / x for n = 0, P at the one zero for n = 1, and zero
     * elsewhere, or NaN where an infinity or NaN is among the others.
     */
    private Value productOfOthers(GradientContext grad) {
      Value x = grad.operand(0);
      Value zero = grad.fill(x.type(), 0);
      Value isZero = grad.emit(Elementwise.EQUAL, x, zero);
      Value safe = grad.emit(Elementwise.SELECT, isZero, grad.fill(x.type(), 1), x);
      Value product = spread(grad, grad.emit(this, safe));
      Value isFinite = grad.emit(Elementwise.EQUAL, grad.emit(Elementwise.SUB, x, x), zero);
      Value isWild = grad.emit(Elementwise.NOT, isFinite);
      Value timesZero =
          grad.emit(
              Elementwise.SELECT, noOther(grad, isWild), zero, grad.fill(x.type(), Double.NaN));
      Value quotient = grad.emit(Elementwise.DIV, product, safe);
      return grad.emit(Elementwise.SELECT, noOther(grad, isZero), quotient, timesZero);
    }

    /** For each element whether {@code mark} holds for none of the others. */
    private Value noOther(GradientContext grad, Value mark) {
      Value marks = grad.emit(new Generator.Cast(grad.operand(0).type().dtype()), mark);
      Value count = spread(grad, grad.emit(new Reduce(ReduceFn.SUM, axes), marks));
      return grad.emit(Elementwise.EQUAL, count, marks);
    }

    private Value spread(GradientContext grad, Value folded) {
      TensorType x = grad.operand(0).type();
      return grad.emit(new Layout.Broadcast(x.dims(), kept(x, axes)), folded);
    }
  }

  /** The coordinate along {@code axis} of the greatest element, the first of equals. */
  record ArgMax(int axis) implements Reduction {
    @Override
    public List<Integer> axes() {
      return List.of(axis);
    }

    @Override
    public TensorType inferType(Operands operands) {
      return without(operands, axes()).withDType(DType.I32);
    }

    @Override
    public Comprehension.Fold fold(List<LoopVar> reduced) {
      return new Comprehension.Fold.Greatest(
          reduced.getFirst().index(), Scalar.literal(0, DType.I32));
    }

    @Override
    public void gradient(GradientContext grad) {}
  }
}
