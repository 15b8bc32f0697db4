// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.train;

import java.util.ArrayList;
import java.util.List;

/** Asks a training run, from any thread, to end after the step it is at. */
public final class StopFlag {

  private final List<Runnable> reactions = new ArrayList<>();
  private volatile boolean requested;

  public void request() {
    List<Runnable> told;
    synchronized (reactions) {
      requested = true;
      told = List.copyOf(reactions);
      reactions.clear();
    }
    told.forEach(Runnable::run);
  }

  public boolean isRequested() {
    return requested;
  }

  /** Runs {@code reaction} when a stop is requested; at once where it is already. */
  public void whenRequested(Runnable reaction) {
    synchronized (reactions) {
      if (!requested) {
        reactions.add(reaction);
        return;
      }
    }
    reaction.run();
  }
}
