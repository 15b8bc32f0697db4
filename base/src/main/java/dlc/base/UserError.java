// SPDX-License-Identifier: Apache-2.0
package dlc.base;

import java.util.Optional;

/** Something outside the program text is wrong: a data file, an option, a device. */
public final class UserError extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final Code code;
  private String help = "";

  public UserError(Code code, Object... arguments) {
    super(code.message(arguments));
    this.code = code;
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
    return "error["
        + code.id()
        + "]: "
        + getMessage()
        + "\n"
        + help().map(text -> "  = help: " + text + "\n").orElse("");
  }
}
