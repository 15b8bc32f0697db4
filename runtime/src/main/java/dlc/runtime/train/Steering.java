// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.train;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dlc.ir.DType;
import dlc.runtime.Executable;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The scalars that an entry point is steered by: those of a run, of a step, and of an epoch. */
final class Steering {

  private static final List<String> NAMES =
      List.of("seed", "lr", "step", "micro_step", "epoch", "epochs", "steps_per_epoch", "watched");

  private record Place(MemorySegment memory, DType dtype) {}

  private final Map<String, Place> places = new HashMap<>();

  private Steering() {}

  /** Those that {@code entry} takes. */
  static Steering of(Executable executable, String entry) {
    Steering steering = new Steering();
    for (String name : NAMES) {
      if (executable.takes(entry, name)) {
        DType dtype = executable.type(entry, name).dtype();
        steering.places.put(name, new Place(executable.slot(entry, name), dtype));
      }
    }
    return steering;
  }

  /** Sets the scalar called {@code name}; one that the entry point does not take is left out. */
  void set(String name, double value) {
    Place place = places.get(name);
    if (place == null) {
      return;
    }
    if (place.dtype == DType.F64) {
      place.memory.set(JAVA_DOUBLE, 0, value);
    } else if (place.dtype == DType.F32) {
      place.memory.set(JAVA_FLOAT, 0, (float) value);
    } else {
      place.memory.set(JAVA_INT, 0, (int) value);
    }
  }
}
