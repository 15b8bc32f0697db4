// SPDX-License-Identifier: Apache-2.0
package dlc.ir.op;

import dlc.ir.Operands;
import dlc.ir.TensorType;
import java.util.List;

/**
 * The derivative of a scalar in another value.
 *
 * <p>The front end asks for gradients with it; the pass {@code differentiate} replaces it.
 */
public record Gradient() implements Op {

  @Override
  public List<String> operandNames() {
    return List.of("loss", "variable");
  }

  @Override
  public TensorType inferType(Operands operands) {
    operands.ranked(0, 0);
    operands.floating(0);
    return operands.floating(1);
  }
}
