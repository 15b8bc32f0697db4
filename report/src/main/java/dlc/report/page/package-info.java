// SPDX-License-Identifier: Apache-2.0

/** Pages that show runs and carry all that they need inside. */
@NullMarked
package dlc.report.page;

import org.jspecify.annotations.NullMarked;
