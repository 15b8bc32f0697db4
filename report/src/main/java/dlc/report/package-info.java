// SPDX-License-Identifier: Apache-2.0

/**
 * What a training run leaves behind: a folder of plain files, written while it goes on.
 *
 * <p>{@link dlc.report.Recorder} collects and {@link dlc.report.RunFolder} keeps; pages, plots and
 * comparisons are made of what the folder holds and of nothing else, so that they can be made again
 * at any time, also of a run that is under way in another process.
 */
@NullMarked
package dlc.report;

import org.jspecify.annotations.NullMarked;
