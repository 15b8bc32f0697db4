// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import dlc.cpu.Observation;
import dlc.ir.kernel.Target;
import dlc.passes.schedule.TilingChoice;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * How machine code is made for a run.
 *
 * @param observation who looks at it while it runs
 * @param tilings says for a processor which tilings are better than the estimated ones
 * @param maxMemory the bytes that a run may take: where that is too little, batches are computed
 *     piece by piece
 */
public record CodeOptions(
    Observation observation, Function<Target, TilingChoice> tilings, OptionalLong maxMemory) {

  /** Code that nobody looks at, tiled as estimated. */
  public static final CodeOptions USUAL =
      new CodeOptions(Observation.NONE, _ -> TilingChoice.ESTIMATED, OptionalLong.empty());

  public CodeOptions observedBy(Observation other) {
    return new CodeOptions(other, tilings, maxMemory);
  }

  public CodeOptions tiledBy(Function<Target, TilingChoice> other) {
    return new CodeOptions(observation, other, maxMemory);
  }

  public CodeOptions within(OptionalLong bytes) {
    return new CodeOptions(observation, tilings, bytes);
  }
}
