// SPDX-License-Identifier: Apache-2.0
/**
 * Kernel IR: loop nests over buffers with scalar expressions. Schedules rewrite it, backends
 * translate it. Start reading at {@link dlc.ir.kernel.Kernel}.
 */
@NullMarked
package dlc.ir.kernel;

import org.jspecify.annotations.NullMarked;
