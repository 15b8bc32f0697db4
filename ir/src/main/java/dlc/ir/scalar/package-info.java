// SPDX-License-Identifier: Apache-2.0
/**
 * Expressions of one element: arithmetic, loads, and the integer index arithmetic of loops. Ops,
 * kernels, the interpreters and the backends share them. Start reading at {@link
 * dlc.ir.scalar.Scalar}.
 */
@NullMarked
package dlc.ir.scalar;

import org.jspecify.annotations.NullMarked;
