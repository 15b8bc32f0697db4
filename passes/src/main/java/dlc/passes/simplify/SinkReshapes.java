// SPDX-License-Identifier: Apache-2.0
package dlc.passes.simplify;

import dlc.ir.TensorType;
import dlc.ir.Value;
import dlc.ir.op.Elementwise;
import dlc.ir.op.Generator;
import dlc.ir.op.Layout.Broadcast;
import dlc.ir.op.Layout.Reshape;
import dlc.passes.Rewrite;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Computes on the shape that the operands had before they were reshaped.
 *
 * <pre>
 * relu(reshape x)                    =>  reshape(relu x)
 * add(reshape x, reshape y)          =>  reshape(add(x, y)), for x and y of one shape
 * add(reshape x, broadcast b)        =>  reshape(add(x, broadcast b))
 * </pre>
 *
 * <p>Numbers that are the same everywhere take any shape, and broadcasts one that has their axes.
 * So elementwise chains stay whole, and a reshape ends where it costs nothing.
 */
final class SinkReshapes implements SimplifyRule {

  @Override
  public Optional<Value> apply(Value value, Rewrite target) {
    if (!(value.op() instanceof Elementwise || value.op() instanceof Generator.Cast)) {
      return Optional.empty();
    }
    List<Integer> before = null;
    for (Value operand : value.operands()) {
      if (operand.op() instanceof Reshape) {
        List<Integer> dims = operand.operand(0).type().dims();
        if (before != null && !before.equals(dims)) {
          return Optional.empty();
        }
        before = dims;
      }
    }
    if (before == null) {
      return Optional.empty();
    }
    List<Value> operands = new ArrayList<>();
    for (Value operand : value.operands()) {
      Optional<Value> moved = moved(operand, before, target);
      if (moved.isEmpty()) {
        return Optional.empty();
      }
      operands.add(moved.get());
    }
    return Optional.of(
        target.emit(new Reshape(value.type().dims()), target.emit(value.op(), operands)));
  }

  /** {@code operand} in the shape {@code dims}, where that costs nothing. */
  private static Optional<Value> moved(Value operand, List<Integer> dims, Rewrite target) {
    if (operand.op() instanceof Reshape) {
      return Optional.of(operand.operand(0));
    }
    var uniform = Constants.uniform(operand);
    if (uniform.isPresent()) {
      TensorType type = new TensorType(operand.type().dtype(), dims);
      return Optional.of(target.fill(type, uniform.getAsDouble()));
    }
    if (operand.op() instanceof Broadcast(List<Integer> from, List<Integer> axes)) {
      List<Integer> places = axes.stream().map(axis -> place(from, axis, dims)).toList();
      return places.contains(-1)
          ? Optional.empty()
          : Optional.of(target.emit(new Broadcast(dims, places), operand.operand(0)));
    }
    return Optional.empty();
  }

  /** The dimension of {@code dims} that is dimension {@code axis} of {@code from}, or -1. */
  private static int place(List<Integer> from, int axis, List<Integer> dims) {
    long before = product(from.subList(0, axis));
    for (int i = 0; i < dims.size(); i++) {
      if (from.get(axis) > 1
          && dims.get(i).equals(from.get(axis))
          && product(dims.subList(0, i)) == before) {
        return i;
      }
    }
    return -1;
  }

  private static long product(List<Integer> dims) {
    return dims.stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact);
  }
}
