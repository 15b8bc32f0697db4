// SPDX-License-Identifier: Apache-2.0
package dlc.ir;

import dlc.base.Span;
import dlc.ir.op.Leaf;
import dlc.ir.op.Op;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes the values of one graph; there is no other way to make one.
 *
 * <p>It infers types, so every value that exists is well typed, and it shares: the same op on the
 * same operands is the same value.
 */
public final class GraphBuilder {

  private record Key(Op op, List<Value> operands) {}

  private final String name;
  private final List<Value> parameters = new ArrayList<>();
  private final Map<String, Value> results = new LinkedHashMap<>();
  private final Map<Key, Value> shared = new HashMap<>();

  public GraphBuilder(String name) {
    this.name = name;
  }

  /** The parameters so far. */
  public List<Value> parameters() {
    return Collections.unmodifiableList(parameters);
  }

  /** A new parameter, or the one of that name and type that exists. */
  public Value parameter(String name, TensorType type, Role role, Span span) {
    Op op = new Leaf.Parameter(name, type, role);
    Value existing = shared.get(new Key(op, List.of()));
    if (existing != null) {
      return existing;
    }
    Value parameter = emit(op, span);
    parameters.add(parameter);
    return parameter;
  }

  /** A scalar. */
  public Value constant(DType dtype, double value, Span span) {
    return constant(TensorType.of(dtype), new double[] {value}, span);
  }

  /** A tensor of {@code elements} in row-major order. */
  public Value constant(TensorType type, double[] elements, Span span) {
    return emit(Leaf.Constant.of(type, elements), span);
  }

  /**
   * The value of {@code op} on {@code operands}.
   *
   * @throws TypeError when the operands break the op's rule
   */
  public Value emit(Op op, Span span, Value... operands) {
    return emit(op, span, List.of(operands));
  }

  /** As {@link #emit(Op, Span, Value...)}. */
  public Value emit(Op op, Span span, List<Value> operands) {
    Key key = new Key(op, List.copyOf(operands));
    Value existing = shared.get(key);
    if (existing != null) {
      return existing;
    }
    int arity = op.operandNames().size();
    if (operands.size() < arity || (operands.size() > arity && !op.isVariadic())) {
      throw new TypeError("%s takes %d operands, not %d", op.mnemonic(), arity, operands.size());
    }
    TensorType type = op.inferType(new Operands(operands.stream().map(Value::type).toList()));
    Value value = new Value(op, operands, type, span);
    shared.put(key, value);
    return value;
  }

  /** Names {@code value} as a result; a name may be given once. */
  public void result(String name, Value value) {
    if (results.putIfAbsent(name, value) != null) {
      throw new IllegalArgumentException("two results are called " + name);
    }
  }

  public Graph build() {
    return new Graph(name, parameters, results);
  }
}
