// SPDX-License-Identifier: Apache-2.0
package dlc.ir.op;

import dlc.ir.DType;
import dlc.ir.Operands;
import dlc.ir.TensorType;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.Scalar;
import java.util.List;

/**
 * Ops whose elements follow from their place alone, and conversions; none has a gradient but casts.
 */
public sealed interface Generator extends Computed {

  /** Each element converted; floats to integers round towards zero. */
  record Cast(DType dtype) implements Generator {
    @Override
    public List<String> operandNames() {
      return List.of("x");
    }

    @Override
    public TensorType inferType(Operands operands) {
      return operands.type(0).withDType(dtype);
    }

    @Override
    public Comprehension comprehension(List<TensorType> operands, TensorType result) {
      var loops = Comprehension.loops("d", result.dims());
      var access = Comprehension.Access.of(Comprehension.indices(loops));
      return Comprehension.of(loops, List.of(access), new Scalar.Cast(dtype, new Scalar.Arg(0)));
    }

    @Override
    public void gradient(GradientContext grad) {
      if (grad.wants(0) && dtype.isFloat() && grad.operand(0).type().dtype().isFloat()) {
        grad.add(0, grad.emit(new Cast(grad.operand(0).type().dtype()), grad.upstream()));
      }
    }
  }

  /** The coordinate of each element along {@code axis}, as i32. */
  record Iota(List<Integer> dims, int axis) implements Generator {
    public Iota {
      dims = List.copyOf(dims);
    }

    @Override
    public List<String> operandNames() {
      return List.of();
    }

    @Override
    public TensorType inferType(Operands operands) {
      operands.require(axis >= 0 && axis < dims.size(), "axis %d of %s", axis, dims);
      return TensorType.of(DType.I32, dims);
    }

    @Override
    public Comprehension comprehension(List<TensorType> operands, TensorType result) {
      var loops = Comprehension.loops("d", dims);
      return Comprehension.of(loops, List.of(), new Scalar.Position(loops.get(axis).index()));
    }

    @Override
    public void gradient(GradientContext grad) {}
  }

  /**
   * f32 numbers from {@code [0, 1)}, a function of seed, step, stream and place: {@link
   * dlc.ir.scalar.Philox}.
   */
  record RandomUniform(int stream, List<Integer> dims) implements Generator {
    public RandomUniform {
      dims = List.copyOf(dims);
    }

    @Override
    public List<String> operandNames() {
      return List.of("seed", "step");
    }

    @Override
    public TensorType inferType(Operands operands) {
      operands.require(
          operands.same(0).equals(TensorType.of(DType.I32)), "seed and step are i32 scalars");
      return TensorType.of(DType.F32, dims);
    }

    @Override
    public Comprehension comprehension(List<TensorType> operands, TensorType result) {
      var loops = Comprehension.loops("d", dims);
      var scalar = Comprehension.Access.of(List.of());
      return Comprehension.of(
          loops,
          List.of(scalar, scalar),
          new Scalar.Uniform(
              stream,
              new Scalar.Arg(0),
              new Scalar.Arg(1),
              Index.linear(Comprehension.indices(loops), dims)));
    }

    @Override
    public void gradient(GradientContext grad) {}
  }
}
