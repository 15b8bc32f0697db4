// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.elaborate;

import dlc.ir.TensorType;
import java.util.List;

/** What a model takes, gives and keeps, whatever the batch. */
public record Outline(
    String name,
    List<Port> inputs,
    List<Port> outputs,
    List<Variable> variables,
    List<LayerRow> layers) {

  /** An input or output; the type is that of one sample. */
  public record Port(String name, TensorType type) {}

  /** A weight, which is trained, or a buffer. */
  public record Variable(String name, TensorType type, boolean trained) {}

  public Outline {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    variables = List.copyOf(variables);
    layers = List.copyOf(layers);
  }
}
