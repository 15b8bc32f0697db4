// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.ast;

import dlc.base.Span;
import java.util.List;
import java.util.Optional;

/**
 * A layer to apply: {@code label: kind(arguments)}.
 *
 * @param arguments absent without parentheses, when {@code kind} may also be a label in scope
 */
public record LayerUse(
    Optional<Name> label, Name kind, Optional<List<Argument>> arguments, Span span) {}
