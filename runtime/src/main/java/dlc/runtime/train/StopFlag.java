// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.train;

/** Asks a training run, from any thread, to end after the step it is at. */
public final class StopFlag {

  private volatile boolean requested;

  public void request() {
    requested = true;
  }

  public boolean isRequested() {
    return requested;
  }
}
