// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

import java.util.Locale;

/** What a contender is asked to do again and again. */
enum Work {
  /** A whole step; for a layer, forward and backward. */
  TRAIN,
  /** Forward alone, as after training. */
  PREDICT;

  /** What the PyTorch side calls it. */
  String request() {
    return name().toLowerCase(Locale.ROOT);
  }
}
