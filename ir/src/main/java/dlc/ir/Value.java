// SPDX-License-Identifier: Apache-2.0
package dlc.ir;

import dlc.base.Span;
import dlc.ir.op.Op;
import java.util.List;

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

  @Override
  public String toString() {
    return op.text() + " : " + type;
  }
}
