// SPDX-License-Identifier: Apache-2.0

/**
 * Measures where the time of a training step goes, and which tilings of its contractions are the
 * fastest. Start at {@link dlc.driver.profile.Profiler}; what the processor can do at most is
 * {@link dlc.driver.profile.Peaks}.
 */
@NullMarked
package dlc.driver.profile;

import org.jspecify.annotations.NullMarked;
