// SPDX-License-Identifier: Apache-2.0

/**
 * Shows a profile: as JSON, as a page with a flame graph and a roofline plot, and as a trace for
 * Chrome's and Perfetto's viewers. Start at {@link dlc.report.profile.ProfilePage}.
 */
@NullMarked
package dlc.report.profile;

import org.jspecify.annotations.NullMarked;
