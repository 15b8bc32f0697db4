// SPDX-License-Identifier: Apache-2.0
/**
 * The interpreters. That of tensor IR is the definition of the ops: every pass and backend is
 * tested against it. Start reading at {@link dlc.ir.interp.GraphInterpreter}.
 */
@NullMarked
package dlc.ir.interp;

import org.jspecify.annotations.NullMarked;
