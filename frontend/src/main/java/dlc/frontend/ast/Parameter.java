// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.ast;

import java.util.Optional;

/** {@code name: type = default} of a layer, function or model. */
public record Parameter(Name name, Optional<TypeSyntax> type, Optional<Expression> preset) {}
