// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import dlc.runtime.train.StopFlag;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jline.utils.Signals;

/**
 * Turns Ctrl-C, and a request to terminate, into the end of training after the current step; a
 * second one ends the process at once.
 */
final class Interruption implements AutoCloseable {

  /** What shells say of a process that Ctrl-C ended. */
  private static final int INTERRUPTED = 130;

  private static final List<String> SIGNALS = List.of("INT", "TERM");

  private final Map<String, Object> before = new LinkedHashMap<>();
  private final AtomicBoolean isFirst = new AtomicBoolean(true);

  /** From now on an interrupted process raises {@code stop}. */
  Interruption(StopFlag stop, Runnable announcement) {
    for (String signal : SIGNALS) {
      Object previous = Signals.register(signal, () -> interrupted(stop, announcement));
      if (previous != null) {
        before.put(signal, previous);
      }
    }
  }

  private void interrupted(StopFlag stop, Runnable announcement) {
    if (isFirst.compareAndSet(true, false)) {
      stop.request();
      announcement.run();
    } else {
      Runtime.getRuntime().halt(INTERRUPTED);
    }
  }

  @Override
  public void close() {
    before.forEach(Signals::unregister);
  }
}
