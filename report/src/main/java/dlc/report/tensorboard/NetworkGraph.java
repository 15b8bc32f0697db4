// SPDX-License-Identifier: Apache-2.0
package dlc.report.tensorboard;

import dlc.ir.Graph;
import dlc.ir.Value;
import dlc.ir.op.Leaf;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A graph of tensor IR as TensorFlow's GraphDef, which TensorBoard draws. */
final class NetworkGraph {

  private NetworkGraph() {}

  /** Every value of {@code graph} as a node; weights and inputs under their names. */
  static Message of(Graph graph) {
    Message definition = new Message();
    Map<Value, String> names = new HashMap<>();
    Map<String, Integer> numbers = new HashMap<>();
    for (Value value : graph.values()) {
      String kind = value.op().mnemonic();
      String name =
          value.op() instanceof Leaf.Parameter declared
              ? declared.name().replace('.', '/')
              : kind + "_" + numbers.merge(kind, 1, Integer::sum);
      names.put(value, name);
      definition.message(1, node(value, name, kind, names));
    }
    graph
        .results()
        .forEach(
            (result, value) ->
                definition.message(
                    1,
                    new Message()
                        .text(1, "result/" + result)
                        .text(2, "Identity")
                        .text(3, names.getOrDefault(value, ""))));
    return definition.message(4, new Message().integer(1, 22));
  }

  private static Message node(Value value, String name, String kind, Map<Value, String> names) {
    boolean isParameter = value.op() instanceof Leaf.Parameter;
    Message node = new Message().text(1, name).text(2, isParameter ? "Placeholder" : kind);
    value.operands().forEach(operand -> node.text(3, names.getOrDefault(operand, "")));
    return node.message(5, new Message().text(1, "_output_shapes").message(2, shapes(value)));
  }

  private static Message shapes(Value value) {
    Message shape = new Message();
    List<Integer> dims = value.type().dims();
    dims.forEach(dim -> shape.message(2, new Message().integer(1, dim)));
    return new Message().message(1, new Message().message(7, shape));
  }
}
