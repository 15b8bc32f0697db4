// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.train;

import java.util.Arrays;
import java.util.Optional;

/**
 * A batch whose step was begun.
 *
 * @param run the number by which {@code step} recalls it
 * @param isStep whether the weights change, or gradients are only summed up
 * @param before where training stood before it
 * @param after where it stood then
 * @param start where its {@code count} samples begin in the order of the epoch
 */
record Batch(
    Step step,
    int run,
    boolean isStep,
    Position before,
    Position after,
    int start,
    int count,
    Optional<Gradients> gradients) {

  /** The place in the order of the first sample after it. */
  int end() {
    return start + count;
  }

  /** Its samples, out of the order of the epoch. */
  int[] samples(int[] order) {
    return Arrays.copyOfRange(order, start, end());
  }
}
