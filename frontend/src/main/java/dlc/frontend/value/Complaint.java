// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.value;

import dlc.base.Code;
import dlc.base.NearestName;
import java.util.Collection;
import java.util.Optional;

/**
 * A rule of the language is broken.
 *
 * <p>Who throws it knows the rule, not the place: the elaborator adds a span and reports it.
 */
public final class Complaint extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final Code code;
  private String help = "";
  private boolean isConsequence;

  public Complaint(Code code, Object... arguments) {
    super(code.message(arguments), null, false, false);
    this.code = code;
  }

  /** The complaint that {@code what} is not known, because of a mistake that was reported. */
  public static Complaint consequence(String what) {
    Complaint complaint = new Complaint(Code.NOT_KNOWN_EARLY, what);
    complaint.isConsequence = true;
    return complaint;
  }

  /** Adds a way out; returns this complaint, so that it can be thrown at once. */
  public Complaint help(String text) {
    help = text;
    return this;
  }

  /** Adds which of {@code known} the unknown {@code name} may stand for. */
  public Complaint nearest(String name, Collection<String> known) {
    return NearestName.advice(name, known).map(this::help).orElse(this);
  }

  public Code code() {
    return code;
  }

  /** Whether nothing is wrong here but what was reported elsewhere. */
  public boolean isConsequence() {
    return isConsequence;
  }

  public Optional<String> help() {
    return help.isEmpty() ? Optional.empty() : Optional.of(help);
  }
}
