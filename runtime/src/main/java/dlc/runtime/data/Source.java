// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.data;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** A kind of data source, known by the name that programs call it. */
interface Source {

  /**
   * What a source yields; {@code notes} are messages that its user should see.
   *
   * <p>{@code overlap} is there when the samples follow each other, as parts of a text do: it says
   * how many samples before one share something with it.
   */
  record Parts(Dataset training, Optional<Dataset> test, List<String> notes, OptionalInt overlap) {

    public Parts {
      notes = List.copyOf(notes);
    }

    Parts(Dataset training, Optional<Dataset> test, List<String> notes) {
      this(training, test, notes, OptionalInt.empty());
    }

    static Parts of(Dataset dataset) {
      return new Parts(dataset, Optional.empty(), List.of());
    }
  }

  Parts load(SourceSpec spec, DataRequest request);

  /** Loads {@code test} in the way in which {@code training}, of the same kind, was loaded. */
  default Dataset loadTest(SourceSpec test, SourceSpec training, DataRequest request) {
    Parts parts = load(test, request);
    return parts.test().orElse(parts.training());
  }

  /** Whether the format has a test part of its own, so that none is held out. */
  default boolean hasTestPart() {
    return false;
  }
}
