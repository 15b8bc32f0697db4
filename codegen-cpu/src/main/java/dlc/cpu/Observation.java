// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

import dlc.runtime.KernelClock;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Who looks at programs while they run.
 *
 * @param clock hears when each kernel began and ended; the code is made for it
 * @param perfMap the file that tells {@code perf} where which kernel lies in memory; with it, the
 *     code keeps frame pointers and unwind tables, and gdb is told of it as well
 */
public record Observation(Optional<KernelClock> clock, Optional<Path> perfMap) {

  /** Nobody looks. */
  public static final Observation NONE = new Observation(Optional.empty(), Optional.empty());

  /** With {@code clock} looking. */
  public Observation timedBy(KernelClock other) {
    return new Observation(Optional.of(other), perfMap);
  }
}
