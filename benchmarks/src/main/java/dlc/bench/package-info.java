// SPDX-License-Identifier: Apache-2.0
/**
 * Measures how fast dlc runs models and single layers, beside PyTorch on the same machine at the
 * same time, and whether both compute the same.
 *
 * <p>A {@link dlc.bench.Contender} is a way to do some {@link dlc.bench.Work} on a {@link
 * dlc.bench.Case} or a {@link dlc.bench.LayerCase}; contenders take {@link dlc.bench.Turns}, and a
 * {@link dlc.bench.Report} keeps what they needed. {@link dlc.bench.Main} is where to start
 * reading.
 */
@NullMarked
package dlc.bench;

import org.jspecify.annotations.NullMarked;
