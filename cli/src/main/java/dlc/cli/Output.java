// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import dlc.base.Diagnostic;
import java.io.PrintWriter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options that every command has, and where its words go. */
final class Output {

  /** When colors are used. */
  enum Color {
    auto,
    always,
    never
  }

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = {"-q", "--quiet"},
      description = "Print results and errors only.")
  private boolean isQuiet;

  @Option(
      names = {"-v", "--verbose"},
      description = "Print more about what is done, and where bugs are.")
  private boolean isVerbose;

  @Option(
      names = "--color",
      paramLabel = "WHEN",
      description = "Color messages: auto, always or never.")
  @SuppressWarnings("UnusedVariable") // Main reads it before the options are parsed.
  private Color color = Color.auto;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  @SuppressWarnings("UnusedVariable") // picocli acts on it
  private boolean isHelp;

  boolean isQuiet() {
    return isQuiet;
  }

  boolean isVerbose() {
    return isVerbose;
  }

  /** Takes results. */
  PrintWriter out() {
    return spec.commandLine().getOut();
  }

  /** Takes messages and progress. */
  PrintWriter err() {
    return spec.commandLine().getErr();
  }

  /** Prints a message, unless the user wants none. */
  void note(String text) {
    if (!isQuiet) {
      err().println(text);
    }
  }

  /** Prints a warning, unless the user wants none. */
  void warn(Diagnostic warning) {
    if (!isQuiet) {
      complain(warning);
    }
  }

  /** Prints an error of a command that goes on. */
  void complain(Diagnostic error) {
    Colors colors = new Colors(spec.commandLine().getColorScheme().ansi().enabled());
    err().print(colors.diagnostic(error.render()));
    err().flush();
  }

  /** Prints a message for those who want all. */
  void detail(String text) {
    if (isVerbose && !isQuiet) {
      err().println(text);
    }
  }
}
