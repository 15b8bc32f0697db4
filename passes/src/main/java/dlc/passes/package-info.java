// SPDX-License-Identifier: Apache-2.0
/**
 * Graph to graph: differentiation, simplification, and the pipelines that order them. Nothing here
 * knows a backend or the runtime. Start reading at {@link dlc.passes.Pipelines}.
 */
@NullMarked
package dlc.passes;

import org.jspecify.annotations.NullMarked;
