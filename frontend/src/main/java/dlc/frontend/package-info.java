// SPDX-License-Identifier: Apache-2.0
/**
 * The front door: from a source file to checked models and their programs in tensor IR.
 *
 * <p>Start reading at {@link dlc.frontend.FrontEnd}.
 */
@NullMarked
package dlc.frontend;

import org.jspecify.annotations.NullMarked;
