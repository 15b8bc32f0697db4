// SPDX-License-Identifier: Apache-2.0
/**
 * The golden-test harness.
 *
 * <p>A golden file holds a command, its input and the exact output that it must give; {@link
 * dlc.testkit.GoldenTests} compares the three or, asked to bless, writes the output that it found.
 * Nothing here knows what a command means: each module passes a {@link dlc.testkit.Tool}. Used in
 * tests only, and depends on no other module.
 */
@NullMarked
package dlc.testkit;

import org.jspecify.annotations.NullMarked;
