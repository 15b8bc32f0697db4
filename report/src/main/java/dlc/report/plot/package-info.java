// SPDX-License-Identifier: Apache-2.0

/** The curves of runs, and charts of them as files. */
@NullMarked
package dlc.report.plot;

import org.jspecify.annotations.NullMarked;
