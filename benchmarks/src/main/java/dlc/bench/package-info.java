// SPDX-License-Identifier: Apache-2.0
/**
 * Measures how fast dlc trains, beside PyTorch on the same machine at the same time.
 *
 * <p>A {@link dlc.bench.Contender} is a way to run the steps of a {@link dlc.bench.Case}. {@link
 * dlc.bench.Main} is where to start reading.
 */
@NullMarked
package dlc.bench;

import org.jspecify.annotations.NullMarked;
