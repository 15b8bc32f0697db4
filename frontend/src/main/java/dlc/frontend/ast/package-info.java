// SPDX-License-Identifier: Apache-2.0
/**
 * The syntax tree: what a {@code .dl} text says, before any of it has a meaning.
 *
 * <p>Immutable records, each with its place. Nothing here knows ANTLR, types or values. Start
 * reading at {@link dlc.frontend.ast.File}.
 */
@NullMarked
package dlc.frontend.ast;

import org.jspecify.annotations.NullMarked;
