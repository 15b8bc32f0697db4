// SPDX-License-Identifier: Apache-2.0
/**
 * Searches for params with which a model learns best: what is tried, in which order, and what came
 * of it. How a trial is run is its caller's business.
 */
@NullMarked
package dlc.driver.sweep;

import org.jspecify.annotations.NullMarked;
