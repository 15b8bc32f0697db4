// SPDX-License-Identifier: Apache-2.0
/**
 * Source files, places in them, and the messages about them.
 *
 * <p>Everything here is about text and users, nothing about compilers. Start reading at {@link
 * dlc.base.Span}.
 */
@NullMarked
package dlc.base;

import org.jspecify.annotations.NullMarked;
