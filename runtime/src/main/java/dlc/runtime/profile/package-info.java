// SPDX-License-Identifier: Apache-2.0

/**
 * Where the time of a step goes, as figures: what {@code dlc profile} measures and shows. How it is
 * measured is the driver's affair, how it is shown that of the report. Start at {@link
 * dlc.runtime.profile.Profile}.
 */
@NullMarked
package dlc.runtime.profile;

import org.jspecify.annotations.NullMarked;
