// SPDX-License-Identifier: Apache-2.0
/**
 * The loop around a program: feed batches, run steps, keep score, report.
 *
 * <p>The trainer sees a model only as a {@link dlc.runtime.Specializer} and data only as {@link
 * dlc.runtime.data.Dataset}s; all arithmetic on weights is in the program. It tells a {@link
 * dlc.runtime.train.TrainListener} what happens and draws nothing itself. Start reading at {@link
 * dlc.runtime.train.Trainer}.
 */
@NullMarked
package dlc.runtime.train;

import org.jspecify.annotations.NullMarked;
