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

/** Ops that read or write elements, or rows of a table, at places known at run time. */
public sealed interface Lookup extends Computed {

  /**
   * {@code table [count, *row]}, {@code index i32[*places]} to {@code [*places, *row]}; zeros
   * outside.
   */
  record Take() implements Lookup {
    @Override
    public List<String> operandNames() {
      return List.of("table", "index");
    }

    @Override
    public TensorType inferType(Operands operands) {
      TensorType table = operands.type(0);
      operands.require(table.rank() >= 1, "the table needs a dimension, found %s", table);
      operands.require(
          operands.type(1).dtype() == DType.I32, "the index is i32, found %s", operands.type(1));
      List<Integer> dims = new ArrayList<>(operands.type(1).dims());
      dims.addAll(table.dims().subList(1, table.rank()));
      return new TensorType(table.dtype(), dims);
    }

    @Override
    public Comprehension comprehension(List<TensorType> operands, TensorType result) {
      List<LoopVar> loops = Comprehension.loops("d", result.dims());
      int places = operands.get(1).rank();
      int count = operands.get(0).dim(0);
      List<Index> at = Comprehension.indices(loops);
      Index row = Index.of(new Index.Dynamic(new Scalar.Arg(1), count));
      List<Index> from = new ArrayList<>(List.of(row));
      from.addAll(at.subList(places, at.size()));
      return Comprehension.of(
          loops,
          List.of(
              new Comprehension.Access(from, Condition.inRange(row, 0, count), 0),
              Comprehension.Access.of(at.subList(0, places))),
          new Scalar.Arg(0));
    }

    @Override
    public void gradient(GradientContext grad) {
      if (grad.wants(0)) {
        var scatter = new ScatterAdd(grad.operand(0).type().dim(0));
        grad.add(0, grad.emit(scatter, grad.operand(1), grad.upstream()));
      }
    }
  }

  /**
   * Sums the rows of {@code updates [*places, *row]} that have the same index: {@code [count,
   * *row]}.
   */
  record ScatterAdd(int count) implements Lookup {
    @Override
    public List<String> operandNames() {
      return List.of("index", "updates");
    }

    @Override
    public TensorType inferType(Operands operands) {
      TensorType index = operands.type(0);
      TensorType updates = operands.type(1);
      operands.require(
          index.dtype() == DType.I32
              && updates.rank() >= index.rank()
              && updates.dims().subList(0, index.rank()).equals(index.dims()),
          "index %s does not name the rows of %s",
          index,
          updates);
      List<Integer> dims = new ArrayList<>(List.of(count));
      dims.addAll(updates.dims().subList(index.rank(), updates.rank()));
      return new TensorType(updates.dtype(), dims);
    }

    @Override
    public Comprehension comprehension(List<TensorType> operands, TensorType result) {
      List<LoopVar> loops = Comprehension.loops("d", result.dims());
      List<LoopVar> reduced = Comprehension.loops("r", operands.get(0).dims());
      List<Index> from = new ArrayList<>(Comprehension.indices(reduced));
      List<Index> row = Comprehension.indices(loops.subList(1, loops.size()));
      from.addAll(row);
      Scalar isHere =
          new Scalar.Arg(0).is(BinaryFn.EQ, new Scalar.Position(loops.getFirst().index()));
      return new Comprehension(
          loops,
          reduced,
          List.of(
              Comprehension.Access.of(Comprehension.indices(reduced)),
              Comprehension.Access.of(from)),
          new Comprehension.Fold.By(ReduceFn.SUM),
          isHere.choose(new Scalar.Arg(1), Scalar.literal(0, result.dtype())));
    }

    @Override
    public void gradient(GradientContext grad) {
      if (grad.wants(1)) {
        grad.add(1, grad.emit(new Take(), grad.upstream(), grad.operand(0)));
      }
    }
  }

  /**
   * {@code x [*outer, count, *inner]}, {@code index i32[*outer, n, *inner]} to {@code [*outer, n,
   * *inner]}: along {@code axis} the element that the index names; zero outside.
   */
  record TakeAlong(int axis) implements Lookup {
    @Override
    public List<String> operandNames() {
      return List.of("x", "index");
    }

    @Override
    public TensorType inferType(Operands operands) {
      TensorType index = along(operands, axis, 0, 1);
      operands.require(index.dtype() == DType.I32, "the index is i32, found %s", index);
      return index.withDType(operands.type(0).dtype());
    }

    @Override
    public Comprehension comprehension(List<TensorType> operands, TensorType result) {
      List<LoopVar> loops = Comprehension.loops("d", result.dims());
      int count = operands.getFirst().dim(axis);
      Index row = Index.of(new Index.Dynamic(new Scalar.Arg(1), count));
      List<Index> from = new ArrayList<>(Comprehension.indices(loops));
      from.set(axis, row);
      return Comprehension.of(
          loops,
          List.of(
              new Comprehension.Access(from, Condition.inRange(row, 0, count), 0),
              Comprehension.Access.of(Comprehension.indices(loops))),
          new Scalar.Arg(0));
    }

    @Override
    public void gradient(GradientContext grad) {
      if (grad.wants(0)) {
        var add = new AddAlong(axis, grad.operand(0).type().dim(axis));
        grad.add(0, grad.emit(add, grad.operand(1), grad.upstream()));
      }
    }
  }

  /**
   * Sums along {@code axis} the {@code updates} that have the same index: {@code [*outer, count,
   * *inner]}.
   */
  record AddAlong(int axis, int count) implements Lookup {
    @Override
    public List<String> operandNames() {
      return List.of("index", "updates");
    }

    @Override
    public TensorType inferType(Operands operands) {
      TensorType index = operands.type(0);
      TensorType updates = operands.type(1);
      operands.require(
          index.dtype() == DType.I32 && updates.dims().equals(index.dims()),
          "index %s does not name the elements of %s",
          index,
          updates);
      along(operands, axis, 0, 1);
      List<Integer> dims = new ArrayList<>(updates.dims());
      dims.set(axis, count);
      return new TensorType(updates.dtype(), dims);
    }

    @Override
    public Comprehension comprehension(List<TensorType> operands, TensorType result) {
      List<LoopVar> loops = Comprehension.loops("d", result.dims());
      List<LoopVar> reduced = Comprehension.loops("r", List.of(operands.getFirst().dim(axis)));
      List<Index> from = new ArrayList<>(Comprehension.indices(loops));
      from.set(axis, reduced.getFirst().index());
      Scalar isHere =
          new Scalar.Arg(0).is(BinaryFn.EQ, new Scalar.Position(loops.get(axis).index()));
      return new Comprehension(
          loops,
          reduced,
          List.of(Comprehension.Access.of(from), Comprehension.Access.of(from)),
          new Comprehension.Fold.By(ReduceFn.SUM),
          isHere.choose(new Scalar.Arg(1), Scalar.literal(0, result.dtype())));
    }

    @Override
    public void gradient(GradientContext grad) {
      if (grad.wants(1)) {
        grad.add(1, grad.emit(new TakeAlong(axis), grad.upstream(), grad.operand(0)));
      }
    }
  }

  /**
   * The type of operand {@code index}, which differs from operand {@code x} along the axis only.
   */
  private static TensorType along(Operands operands, int axis, int x, int index) {
    TensorType found = operands.type(index);
    List<Integer> expected = new ArrayList<>(operands.type(x).dims());
    operands.require(axis >= 0 && axis < expected.size(), "axis %s of %s", axis, operands.type(x));
    operands.require(
        found.rank() == expected.size(), "%s and %s differ in rank", operands.type(x), found);
    expected.set(axis, found.dim(axis));
    operands.require(
        found.dims().equals(expected),
        "%s and %s differ beside axis %s",
        operands.type(x),
        found,
        axis);
    return found;
  }
}
