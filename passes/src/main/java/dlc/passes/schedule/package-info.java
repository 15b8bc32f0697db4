// SPDX-License-Identifier: Apache-2.0
/**
 * Kernels to faster kernels for one target. A schedule rewrites kernel IR and keeps what it
 * computes. Start reading at {@link dlc.passes.schedule.Schedule}.
 */
@NullMarked
package dlc.passes.schedule;

import org.jspecify.annotations.NullMarked;
