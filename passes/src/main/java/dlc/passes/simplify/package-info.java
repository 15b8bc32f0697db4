// SPDX-License-Identifier: Apache-2.0
/** Local algebra, one rule a file, driven by {@link dlc.passes.simplify.Simplify}. */
@NullMarked
package dlc.passes.simplify;

import org.jspecify.annotations.NullMarked;
