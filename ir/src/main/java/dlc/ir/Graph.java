// SPDX-License-Identifier: Apache-2.0
package dlc.ir;

import dlc.ir.op.Leaf;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A function from parameters to named results, without side effects.
 *
 * <p>A result that has the name of a persisting parameter is that state's new value.
 */
public final class Graph {

  private final String name;
  private final List<Value> parameters;
  private final Map<String, Value> results;
  private final List<Value> values;

  public Graph(String name, List<Value> parameters, Map<String, Value> results) {
    this.name = name;
    this.parameters = List.copyOf(parameters);
    this.results = Collections.unmodifiableMap(new LinkedHashMap<>(results));
    this.values = inOrder();
  }

  public String name() {
    return name;
  }

  public List<Value> parameters() {
    return parameters;
  }

  public Map<String, Value> results() {
    return results;
  }

  /** What {@code parameter} stands for; it must be a parameter. */
  public static Leaf.Parameter declaration(Value parameter) {
    return (Leaf.Parameter) parameter.op();
  }

  /** Every value that a result needs, operands before their users, and all parameters first. */
  public List<Value> values() {
    return values;
  }

  private List<Value> inOrder() {
    Set<Value> seen = new LinkedHashSet<>(parameters);
    Deque<Value> stack = new ArrayDeque<>();
    for (Value result : results.values()) {
      stack.push(result);
      while (!stack.isEmpty()) {
        Value value = stack.peek();
        boolean ready = true;
        if (!seen.contains(value)) {
          for (Value operand : value.operands().reversed()) {
            if (!seen.contains(operand)) {
              stack.push(operand);
              ready = false;
            }
          }
        }
        if (ready) {
          stack.pop();
          seen.add(value);
        }
      }
    }
    return List.copyOf(seen);
  }
}
