// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.elaborate;

import dlc.base.Diagnostic;

/** A mistake with its place; the nearest statement of the program reports it and goes on. */
final class Failure extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final transient Diagnostic diagnostic;
  private final boolean isConsequence;

  Failure(Diagnostic diagnostic) {
    this(diagnostic, false);
  }

  private Failure(Diagnostic diagnostic, boolean isConsequence) {
    super(diagnostic.message(), null, false, false);
    this.diagnostic = diagnostic;
    this.isConsequence = isConsequence;
  }

  /** What could not be done because of a mistake that is reported. */
  static Failure consequence(Diagnostic diagnostic) {
    return new Failure(diagnostic, true);
  }

  Diagnostic diagnostic() {
    return diagnostic;
  }

  boolean isConsequence() {
    return isConsequence;
  }
}
