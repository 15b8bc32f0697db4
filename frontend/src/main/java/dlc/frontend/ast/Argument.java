// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.ast;

import java.util.Optional;

/** {@code value} or {@code name=value}. */
public record Argument(Optional<Name> name, Expression value) {}
