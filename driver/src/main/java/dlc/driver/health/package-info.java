// SPDX-License-Identifier: Apache-2.0
/**
 * Finds out why training goes wrong: the first value that is not finite, units that are dead,
 * gradients that vanish or explode, data that cannot be learned from, and whether a model can learn
 * at all.
 *
 * <p>Everything that looks inside a step does so with a program of its own, compiled when there is
 * a reason to look; the steps of training are as fast as without it.
 */
@NullMarked
package dlc.driver.health;

import org.jspecify.annotations.NullMarked;
