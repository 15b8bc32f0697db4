// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.data;

import dlc.ir.TensorType;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The parts of a source; {@code notes} are messages that its user should see. */
public record Loaded(
    Dataset training, Optional<Dataset> validation, Optional<Dataset> test, List<String> notes) {

  public Loaded {
    notes = List.copyOf(notes);
  }

  /** All parts as a model wants them, see {@link Dataset#forModel}. */
  public Loaded forModel(Map<String, TensorType> inputs, Optional<TensorType> target) {
    return new Loaded(
        training.forModel(inputs, target),
        validation.map(part -> part.forModel(inputs, target)),
        test.map(part -> part.forModel(inputs, target)),
        notes);
  }
}
