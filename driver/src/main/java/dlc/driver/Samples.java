// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import dlc.ir.TensorType;
import dlc.runtime.data.Column;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Samples to predict on.
 *
 * @param names what messages and reports call each
 * @param columns one for each input of the model, in its order
 */
public record Samples(List<String> names, List<Column> columns) {

  public Samples {
    names = List.copyOf(names);
    columns = List.copyOf(columns);
  }

  /** One sample of a model with one input. */
  static Samples of(String name, TensorType type, float[] values) {
    return new Samples(
        List.of(name), List.of(new Column(name, type, MemorySegment.ofArray(values))));
  }

  public int size() {
    return names.size();
  }
}
