// SPDX-License-Identifier: Apache-2.0
package dlc.base;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Something outside the program text is wrong: a data file, an option, a device. */
public final class UserError extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final Code code;
  private final transient @Nullable Diagnostic diagnostic;
  private String help = "";

  public UserError(Code code, Object... arguments) {
    super(code.message(arguments));
    this.code = code;
    this.diagnostic = null;
  }

  /** An error that shows at run time, of which a place in the program is the cause. */
  public static UserError at(Diagnostic diagnostic) {
    return new UserError(diagnostic);
  }

  /** This error with the place in the program that led to it; one that has a place keeps it. */
  public UserError causedAt(Span span) {
    if (diagnostic != null || span.equals(Span.NONE)) {
      return this;
    }
    Diagnostic located = Diagnostic.of(code, span, String.valueOf(getMessage()));
    return new UserError(help().map(located::withHelp).orElse(located));
  }

  private UserError(Diagnostic diagnostic) {
    super(diagnostic.message());
    this.code = diagnostic.code();
    this.diagnostic = diagnostic;
    diagnostic.help().ifPresent(text -> help = text);
  }

  /** Where in the program the cause is, if it is there and known. */
  public Optional<Diagnostic> diagnostic() {
    return Optional.ofNullable(diagnostic);
  }

  /** Adds a way out; returns this error, so that it can be thrown at once. */
  public UserError help(String text) {
    help = text;
    return this;
  }

  public Code code() {
    return code;
  }

  public Optional<String> help() {
    return help.isEmpty() ? Optional.empty() : Optional.of(help);
  }

  /** The message as a terminal shows it; ends with a line end. */
  public String render() {
    return diagnostic()
        .map(Diagnostic::render)
        .orElseGet(
            () ->
                code.prefix()
                    + getMessage()
                    + "\n"
                    + help().map(text -> "  = help: " + text + "\n").orElse(""));
  }
}
