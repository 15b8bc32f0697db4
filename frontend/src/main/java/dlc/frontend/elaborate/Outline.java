// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.elaborate;

import dlc.base.Diagnostic;
import dlc.ir.TensorType;
import java.util.List;
import java.util.Optional;

/**
 * What a model takes, gives and keeps, whatever the batch.
 *
 * @param flops the floating-point operations of products and convolutions, for one sample
 * @param comparison what its loss compares with a target, where it does
 * @param warnings what is allowed in it, but most likely not meant
 */
public record Outline(
    String name,
    List<Port> inputs,
    List<Port> outputs,
    List<Variable> variables,
    List<LayerRow> layers,
    long flops,
    Optional<Comparison> comparison,
    List<Diagnostic> warnings) {

  /** An input or output; the type is that of one sample. */
  public record Port(String name, TensorType type) {}

  /** A weight, which is trained, or a buffer. */
  public record Variable(String name, TensorType type, boolean trained) {}

  public Outline {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    variables = List.copyOf(variables);
    layers = List.copyOf(layers);
    warnings = List.copyOf(warnings);
  }
}
