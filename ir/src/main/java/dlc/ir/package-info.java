// SPDX-License-Identifier: Apache-2.0
/**
 * The tensor IR: types, values, graphs and programs. What an op is stands in {@code dlc.ir.op};
 * scalar expressions and index arithmetic in {@code dlc.ir.scalar}; loop nests over buffers in
 * {@code dlc.ir.kernel}. Start reading at {@link dlc.ir.GraphBuilder}.
 */
@NullMarked
package dlc.ir;

import org.jspecify.annotations.NullMarked;
