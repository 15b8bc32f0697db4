// SPDX-License-Identifier: Apache-2.0
package dlc.ir;

import java.util.Locale;
import java.util.Objects;

/**
 * The operands of an op break its type rule.
 *
 * <p>It knows the rule, not the place: who emitted the op adds a span. In the front end that makes
 * a diagnostic, in a pass it is a bug of the compiler.
 */
public final class TypeError extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public TypeError(String format, Object... args) {
    super(args.length == 0 ? format : String.format(Locale.ROOT, format, args));
  }

  /** The rule that is broken. */
  @Override
  public String getMessage() {
    return Objects.requireNonNullElse(super.getMessage(), "");
  }
}
