// SPDX-License-Identifier: Apache-2.0
/**
 * Pictures of models, for {@code dlc graph}: boxes for layers, lines for what flows between them.
 *
 * <p>{@link dlc.drawing.NetworkTracer} finds out what a model does, {@link dlc.drawing.JoinRepeats}
 * makes one box of repeated ones, {@link dlc.drawing.PlaceNodes} gives everything its place by ELK,
 * and {@link dlc.drawing.SvgWriter} writes it down; PNG and HTML are made of the SVG. Start reading
 * at {@link dlc.drawing.Drawing}.
 */
@NullMarked
package dlc.drawing;

import org.jspecify.annotations.NullMarked;
