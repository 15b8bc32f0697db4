// SPDX-License-Identifier: Apache-2.0
package dlc.passes.simplify;

import dlc.ir.Value;
import dlc.ir.op.Elementwise;
import dlc.ir.op.Generator;
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
 * </pre>
 *
 * <p>Numbers that are the same everywhere take any shape. So elementwise chains stay whole, and a
 * reshape ends where it costs nothing.
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
      } else if (Constants.uniform(operand).isEmpty()) {
        return Optional.empty();
      }
    }
    if (before == null) {
      return Optional.empty();
    }
    List<Value> operands = new ArrayList<>();
    for (Value operand : value.operands()) {
      var uniform = Constants.uniform(operand);
      operands.add(
          uniform.isPresent()
              ? target.fill(
                  new dlc.ir.TensorType(operand.type().dtype(), before), uniform.getAsDouble())
              : operand.operand(0));
    }
    return Optional.of(
        target.emit(new Reshape(value.type().dims()), target.emit(value.op(), operands)));
  }
}
