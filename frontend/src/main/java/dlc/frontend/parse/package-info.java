// SPDX-License-Identifier: Apache-2.0
/**
 * Text to syntax tree. The only package that touches ANTLR; its messages never reach a user.
 *
 * <p>Start reading at {@link dlc.frontend.parse.Parser}.
 */
@NullMarked
package dlc.frontend.parse;

import org.jspecify.annotations.NullMarked;
