// SPDX-License-Identifier: Apache-2.0
package dlc.ir;

import dlc.base.Span;
import dlc.ir.op.Comprehension;
import dlc.ir.op.Computed;
import dlc.ir.op.Op;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One tensor in a graph: the result of an op applied to operands.
 *
 * <p>Values have identity, and only a {@link GraphBuilder} makes them, so that each is well typed.
 * The span is the place in the {@code .dl} text that the value came from, also after
 * differentiation.
 */
public final class Value {

  private final Op op;
  private final List<Value> operands;
  private final TensorType type;
  private final Span span;

  /** Made when it is first asked for, and the same whoever makes it. */
  private @Nullable Comprehension comprehension;

  Value(Op op, List<Value> operands, TensorType type, Span span) {
    this.op = op;
    this.operands = List.copyOf(operands);
    this.type = type;
    this.span = span;
  }

  public Op op() {
    return op;
  }

  public List<Value> operands() {
    return operands;
  }

  public Value operand(int index) {
    return operands.get(index);
  }

  public TensorType type() {
    return type;
  }

  public Span span() {
    return span;
  }

  /** How its elements are made of those of the operands; the op must be a {@link Computed}. */
  public Comprehension comprehension() {
    Comprehension known = comprehension;
    if (known == null) {
      List<TensorType> types = operands.stream().map(Value::type).toList();
      known = ((Computed) op).comprehension(types, type);
      comprehension = known;
    }
    return known;
  }

  @Override
  public String toString() {
    return op.text() + " : " + type;
  }
}
