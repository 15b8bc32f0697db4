// SPDX-License-Identifier: Apache-2.0
/**
 * Runs a model's body at compile time, which leaves the graph of its tensor operations.
 *
 * <p>Names, arguments, shapes and weights are checked on the way. Start reading at {@link
 * dlc.frontend.elaborate.Elaborator}.
 */
@NullMarked
package dlc.frontend.elaborate;

import org.jspecify.annotations.NullMarked;
