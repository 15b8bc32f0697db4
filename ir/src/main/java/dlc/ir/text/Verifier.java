// SPDX-License-Identifier: Apache-2.0
package dlc.ir.text;

import dlc.ir.Graph;
import dlc.ir.Operands;
import dlc.ir.Role;
import dlc.ir.TensorType;
import dlc.ir.TypeError;
import dlc.ir.Value;
import dlc.ir.op.Leaf;
import dlc.ir.op.Op;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Checks again what holds of every graph by construction, so that a broken pass is caught where it
 * stands. These things are checked:
 *
 * <ul>
 *   <li>each parameter of the graph is a parameter, stands there once, and has a name of its own;
 *   <li>a setting is a scalar;
 *   <li>every parameter that a value needs is one of the graph's;
 *   <li>each value has as many operands as its op takes, operands come before users, and its type
 *       is the one that the op infers from them;
 *   <li>equal values are one value;
 *   <li>a result that has the name of a persisting parameter has its type.
 * </ul>
 */
public final class Verifier {

  private record Key(Op op, List<Value> operands) {}

  private final Graph graph;
  private final List<String> problems = new ArrayList<>();

  private Verifier(Graph graph) {
    this.graph = graph;
  }

  /**
   * Returns when {@code graph} is sound.
   *
   * @throws IllegalStateException when it is not, with all problems
   */
  public static void verify(Graph graph) {
    List<String> problems = problems(graph);
    if (!problems.isEmpty()) {
      throw new IllegalStateException(
          "@%s is broken:%n  %s".formatted(graph.name(), String.join("\n  ", problems)));
    }
  }

  /** What is wrong with {@code graph}; nothing when it is sound. */
  public static List<String> problems(Graph graph) {
    Verifier verifier = new Verifier(graph);
    verifier.checkParameters();
    verifier.checkValues();
    verifier.checkResults();
    return verifier.problems;
  }

  private void require(boolean holds, String format, Object... arguments) {
    if (!holds) {
      problems.add(format.formatted(arguments));
    }
  }

  private void checkParameters() {
    Set<String> names = new HashSet<>();
    for (Value value : graph.parameters()) {
      if (value.op() instanceof Leaf.Parameter parameter) {
        require(names.add(parameter.name()), "two parameters are called %s", parameter.name());
        require(
            parameter.role() != Role.SETTING || parameter.type().rank() == 0,
            "the setting %s is no scalar but %s",
            parameter.name(),
            parameter.type());
      } else {
        require(false, "%s stands among the parameters", value);
      }
    }
  }

  private void checkValues() {
    Map<Key, Value> distinct = new HashMap<>();
    Set<Value> seen = new HashSet<>();
    for (Value value : graph.values()) {
      seen.add(value);
      Value same = distinct.putIfAbsent(new Key(value.op(), value.operands()), value);
      require(same == null, "%s exists twice", value);
      require(seen.containsAll(value.operands()), "%s stands before an operand", value);
      if (value.op() instanceof Leaf.Parameter parameter) {
        require(
            graph.parameters().contains(value), "the parameter %s is undeclared", parameter.name());
      }
      checkType(value);
    }
  }

  private void checkType(Value value) {
    int arity = value.op().operandNames().size();
    int count = value.operands().size();
    boolean fits = count == arity || (count > arity && value.op().isVariadic());
    require(fits, "%s has %d operands and takes %d", value, count, arity);
    if (fits) {
      try {
        List<TensorType> types = value.operands().stream().map(Value::type).toList();
        TensorType inferred = value.op().inferType(new Operands(types));
        require(inferred.equals(value.type()), "%s is of type %s", value, inferred);
      } catch (TypeError wrong) {
        require(false, "%s: %s", value, wrong.getMessage());
      }
    }
  }

  private void checkResults() {
    for (Value value : graph.parameters()) {
      if (value.op() instanceof Leaf.Parameter parameter && parameter.role().persists()) {
        Value next = graph.results().get(parameter.name());
        require(
            next == null || next.type().equals(parameter.type()),
            "the new value of %s is %s, it was %s",
            parameter.name(),
            next == null ? "absent" : next.type(),
            parameter.type());
      }
    }
  }
}
