// SPDX-License-Identifier: Apache-2.0
/**
 * The functions that dl cannot express in itself, and the place of the standard library that it
 * can.
 *
 * <p>A function here is one line of a table and a method that emits ops. What can be written in dl
 * stands in {@code std/*.dl}. Start reading at {@link dlc.frontend.library.Functions}.
 */
@NullMarked
package dlc.frontend.library;

import org.jspecify.annotations.NullMarked;
