// SPDX-License-Identifier: Apache-2.0

/** Event files, which TensorBoard reads. */
@NullMarked
package dlc.report.tensorboard;

import org.jspecify.annotations.NullMarked;
