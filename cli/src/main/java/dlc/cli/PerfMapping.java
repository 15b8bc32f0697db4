// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import java.nio.file.Path;
import java.util.Optional;

/** Where {@code perf} looks for the names of code that was made in this process. */
final class PerfMapping {

  private PerfMapping() {}

  /** The file, when it is asked for by an option or by the variable {@code DLC_PERF_MAP}. */
  static Optional<Path> path(boolean isAsked) {
    String variable = System.getenv("DLC_PERF_MAP");
    boolean isSet = variable != null && !variable.isEmpty() && !variable.equals("0");
    return isAsked || isSet
        ? Optional.of(Path.of("/tmp/perf-%d.map".formatted(ProcessHandle.current().pid())))
        : Optional.empty();
  }
}
