// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.ast;

import dlc.base.Span;
import java.util.List;
import java.util.Optional;

/**
 * A type as written: {@code int}, or {@code f32[3, 32, 32]} where {@code dims} are present.
 *
 * @param dims absent without brackets, empty for {@code f32[]}
 */
public record TypeSyntax(Name name, Optional<List<Expression>> dims, Span span) {}
