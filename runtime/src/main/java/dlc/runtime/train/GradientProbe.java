// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.train;

import dlc.ir.TensorType;
import dlc.runtime.Executable;
import dlc.runtime.Specializer;
import dlc.runtime.data.Column;
import dlc.runtime.data.Dataset;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Looks at the gradients of some batches, beside training.
 *
 * <p>A training step fuses gradients into the update and keeps none, so they are computed once more
 * by the entry point {@value #ENTRY}, which must leave all state as it is. That is done for a
 * hundred batches of a short run, and for one of fifty in a long one.
 */
public final class GradientProbe {

  /** Gives {@code grad.NAME} for each weight. */
  public static final String ENTRY = "gradients";

  private static final String PREFIX = "grad.";
  private static final long POINTS = 100;
  private static final long LARGEST_INTERVAL = 50;

  private final Specializer specializer;
  private final TrainSettings settings;
  private final Map<Integer, Step> steps = new HashMap<>();

  /**
   * @param specializer of a program whose {@value #ENTRY} has no other effect
   */
  public GradientProbe(Specializer specializer, TrainSettings settings) {
    this.specializer = specializer;
    this.settings = settings;
  }

  /** Whether the batch after {@code done} others is one to look at, among {@code all} of a run. */
  boolean isDue(long done, long all) {
    return done % Math.clamp(all / POINTS, 1, LARGEST_INTERVAL) == 0;
  }

  /** Compiles what looks at whole batches, before the clock of the first epoch starts. */
  void prepare(Dataset dataset) {
    step(Math.min(settings.batch(), dataset.size()), dataset);
  }

  private Step step(int count, Dataset dataset) {
    return steps.computeIfAbsent(
        count,
        batch -> new Step(specializer.forBatch(batch), ENTRY, batch, settings.output(), dataset));
  }

  Gradients measure(
      TrainSteps training, Dataset dataset, int[] order, int start, int count, Position position) {
    Step step = step(count, dataset);
    training.steer(step, position);
    step.run(dataset, order, start);
    Executable executable = step.executable();
    Map<String, Column> byWeight = new LinkedHashMap<>();
    executable
        .states()
        .keySet()
        .forEach(
            name ->
                executable
                    .result(ENTRY, PREFIX + name)
                    .ifPresent(
                        memory -> {
                          TensorType type = executable.type(ENTRY, PREFIX + name);
                          byWeight.put(
                              name, new Column(name, type, memory.asSlice(0, type.bytes())));
                        }));
    return Gradients.of(byWeight);
  }
}
