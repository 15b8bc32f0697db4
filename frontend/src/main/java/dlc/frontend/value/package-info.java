// SPDX-License-Identifier: Apache-2.0
/**
 * What expressions evaluate to while a model is elaborated: compile-time values and tensors.
 *
 * <p>Start reading at {@link dlc.frontend.value.Datum}.
 */
@NullMarked
package dlc.frontend.value;

import org.jspecify.annotations.NullMarked;
