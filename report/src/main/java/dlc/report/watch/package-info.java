// SPDX-License-Identifier: Apache-2.0

/** The page of a run that is under way, on this machine. */
@NullMarked
package dlc.report.watch;

import org.jspecify.annotations.NullMarked;
