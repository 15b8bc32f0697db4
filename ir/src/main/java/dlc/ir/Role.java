// SPDX-License-Identifier: Apache-2.0
package dlc.ir;

import java.util.Locale;

/** What a parameter of an entry point stands for. */
public enum Role {
  /** What the caller hands in at each call: inputs and targets. */
  INPUT,
  /** A scalar that steers a step: seed, step, learning rate. */
  SETTING,
  /** Trained state. */
  WEIGHT,
  /** State that is saved but not trained. */
  BUFFER,
  /** State of the optimizer. */
  STATE;

  /** Whether the value lives on from call to call. */
  public boolean persists() {
    return this == WEIGHT || this == BUFFER || this == STATE;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
