// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import dlc.frontend.CheckedModel;
import dlc.frontend.elaborate.LayerRow;
import dlc.frontend.elaborate.Outline;
import dlc.ir.DType;
import dlc.report.RunFacts;
import java.util.ArrayList;
import java.util.List;

/** The inputs and layers of a model, with their sizes for one sample. */
final class LayerTable {

  private LayerTable() {}

  static List<RunFacts.Layer> of(CheckedModel model) {
    List<RunFacts.Layer> rows = new ArrayList<>();
    for (Outline.Port input : model.inputs()) {
      String type = input.type().toString();
      rows.add(new RunFacts.Layer(input.name(), type, 0, 0, bytes(type)));
    }
    for (LayerRow layer : model.layers()) {
      rows.add(
          new RunFacts.Layer(
              layer.name(), layer.type(), layer.weights(), layer.flops(), bytes(layer)));
    }
    return rows;
  }

  /** The bytes of a layer's result for one sample. */
  static long bytes(LayerRow layer) {
    // A weight that stands in the body by itself is no result of a sample.
    return layer.kind().equals("weight") ? 0 : bytes(layer.type());
  }

  /** The bytes of a type such as {@code f32[16, 7, 7]}; 0 for what is none. */
  private static long bytes(String type) {
    int open = type.indexOf('[');
    if (open < 0) {
      return 0;
    }
    long size = DType.named(type.substring(0, open)).map(DType::bytes).orElse(0);
    String dims = type.substring(open + 1, type.length() - 1);
    for (String dim : dims.isEmpty() ? new String[0] : dims.split(", ")) {
      size *= Long.parseLong(dim);
    }
    return size;
  }
}
