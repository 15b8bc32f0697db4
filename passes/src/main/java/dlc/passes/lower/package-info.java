// SPDX-License-Identifier: Apache-2.0
/**
 * Graphs to kernels: what is fused with what, the plain loops, and the place of each buffer. Start
 * reading at {@link dlc.passes.lower.LowerToKernels}.
 */
@NullMarked
package dlc.passes.lower;

import org.jspecify.annotations.NullMarked;
