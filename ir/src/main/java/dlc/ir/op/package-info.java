// SPDX-License-Identifier: Apache-2.0
/**
 * The ops of the tensor IR, in a few sealed families. All that is true of an op by definition, its
 * name, type rule, comprehension and gradient, is a method of it. Start reading at {@link
 * dlc.ir.op.Op}.
 */
@NullMarked
package dlc.ir.op;

import org.jspecify.annotations.NullMarked;
