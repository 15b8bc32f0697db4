// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

import dlc.driver.Workbench;
import dlc.frontend.elaborate.Outline;
import dlc.ir.DType;
import dlc.ir.TensorType;
import dlc.runtime.Executable;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;

/** Random inputs of a model's entry points, and what else a step needs to know. */
final class RandomSlots {

  /** How many symbols an input of whole numbers has; no model here knows fewer. */
  static final int SYMBOLS = 50;

  private static final float LEARNING_RATE = 0.001f;

  private final Workbench bench;
  private final Executable model;
  private final Random random = new Random(1);
  private final Set<String> filled = new HashSet<>();

  RandomSlots(Workbench bench) {
    this.bench = bench;
    this.model = bench.session().usual();
  }

  /** Fills the inputs of {@code entry} when it is first asked for. */
  void fill(String entry) {
    if (!filled.add(entry)) {
      return;
    }
    for (Outline.Port input : bench.model().inputs()) {
      fill(entry, input.name(), SYMBOLS);
    }
    if (entry.equals("train_step")) {
      TensorType output = bench.model().outputs().getFirst().type();
      fill(entry, "target", output.dim(output.rank() - 1));
      model.slot(entry, "lr").set(ValueLayout.JAVA_FLOAT, 0, LEARNING_RATE);
    }
  }

  private void fill(String entry, String name, int symbols) {
    MemorySegment slot = model.slot(entry, name);
    TensorType type = model.type(entry, name);
    for (long i = 0; i < type.elements(); i++) {
      if (type.dtype() == DType.I32) {
        slot.setAtIndex(ValueLayout.JAVA_INT, i, random.nextInt(symbols));
      } else {
        slot.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextGaussian());
      }
    }
  }

  /** New random inputs at the next {@link #fill}. */
  void forget() {
    filled.clear();
  }
}
