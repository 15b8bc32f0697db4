// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import dlc.cpu.Observation;
import dlc.ir.kernel.Target;
import dlc.passes.schedule.TilingChoice;
import java.util.function.Function;

/**
 * How machine code is made for a run.
 *
 * @param observation who looks at it while it runs
 * @param tilings says for a processor which tilings are better than the estimated ones
 */
public record CodeOptions(Observation observation, Function<Target, TilingChoice> tilings) {

  /** Code that nobody looks at, tiled as estimated. */
  public static final CodeOptions USUAL =
      new CodeOptions(Observation.NONE, _ -> TilingChoice.ESTIMATED);

  public CodeOptions observedBy(Observation other) {
    return new CodeOptions(other, tilings);
  }

  public CodeOptions tiledBy(Function<Target, TilingChoice> other) {
    return new CodeOptions(observation, other);
  }
}
