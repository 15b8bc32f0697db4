// SPDX-License-Identifier: Apache-2.0
package dlc.ir.text;

import dlc.ir.Graph;
import dlc.ir.Value;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Comparison of graphs by what they compute rather than by identity. */
public final class Graphs {

  private Graphs() {}

  /** Whether the two have the same name, parameters, ops, sharing and results; spans may differ. */
  public static boolean equal(Graph a, Graph b) {
    List<Value> ofA = a.values();
    List<Value> ofB = b.values();
    if (!a.name().equals(b.name())
        || a.parameters().size() != b.parameters().size()
        || ofA.size() != ofB.size()
        || !List.copyOf(a.results().keySet()).equals(List.copyOf(b.results().keySet()))) {
      return false;
    }
    // The order of the values follows from the structure, so equal graphs have it in common.
    Map<Value, Value> images = new HashMap<>();
    for (int i = 0; i < ofA.size(); i++) {
      Value x = ofA.get(i);
      Value y = ofB.get(i);
      images.put(x, y);
      if (!x.op().equals(y.op())
          || !x.type().equals(y.type())
          || !x.operands().stream().map(images::get).toList().equals(y.operands())) {
        return false;
      }
    }
    return a.results().keySet().stream()
        .allMatch(name -> images.get(a.results().get(name)) == b.results().get(name));
  }
}
