// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import dlc.base.Code;
import dlc.base.CompilationFailed;
import dlc.base.Diagnostic;
import dlc.base.NearestName;
import dlc.base.UserError;
import dlc.passes.ReproducerObserver;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns what went wrong into a message and an exit code; nobody but a developer sees a trace. */
final class Failures implements IParameterExceptionHandler, IExecutionExceptionHandler {

  static final int WRONG_PROGRAM = 1;
  static final int WRONG_USAGE = 2;
  static final int BUG = 70;

  private final Colors colors;

  Failures(Colors colors) {
    this.colors = colors;
  }

  /** Runs {@code line}, also when it ends with an error of the Java machine. */
  int guard(CommandLine line, String... arguments) {
    try {
      return line.execute(arguments);
    } catch (OutOfMemoryError _) {
      report(
          line,
          new UserError(Code.OUT_OF_MEMORY, "dlc itself ran out of memory")
              .help("give Java more: DLC_JAVA_OPTS=-Xmx8g dlc …"));
      return WRONG_PROGRAM;
    } catch (Error failure) {
      return bug(line.getErr(), failure, List.of(arguments).contains("--verbose"));
    }
  }

  @Override
  public int handleParseException(ParameterException failure, String[] arguments) {
    CommandLine line = failure.getCommandLine();
    String name = line.getCommandSpec().qualifiedName();
    if (failure.getCause() instanceof UserError error) {
      report(line, error);
      return WRONG_USAGE;
    }
    String message = message(failure);
    StringBuilder text = new StringBuilder("error: " + name + ": " + message + "\n");
    nearest(failure)
        .ifPresent(near -> text.append("  = help: did you mean '%s'?\n".formatted(near)));
    text.append("  = help: %s --help shows how it is used\n".formatted(name));
    print(line, text.toString());
    return WRONG_USAGE;
  }

  private static String message(ParameterException failure) {
    if (failure instanceof UnmatchedArgumentException unmatched
        && !unmatched.getUnmatched().isEmpty()) {
      String first = unmatched.getUnmatched().getFirst();
      String kind =
          first.startsWith("-") ? "option" : hasCommands(failure) ? "command" : "argument";
      return "unknown %s '%s'".formatted(kind, optionName(first));
    }
    String message = String.valueOf(failure.getMessage());
    return message.isEmpty() || Character.isLowerCase(message.charAt(1))
        ? message.substring(0, 1).toLowerCase(java.util.Locale.ROOT) + message.substring(1)
        : message;
  }

  private static boolean hasCommands(ParameterException failure) {
    return !failure.getCommandLine().getSubcommands().isEmpty();
  }

  private static String optionName(String argument) {
    int sign = argument.indexOf('=');
    return argument.startsWith("-") && sign > 0 ? argument.substring(0, sign) : argument;
  }

  private static Optional<String> nearest(ParameterException failure) {
    if (!(failure instanceof UnmatchedArgumentException unmatched)
        || unmatched.getUnmatched().isEmpty()) {
      return Optional.empty();
    }
    CommandLine line = failure.getCommandLine();
    List<String> known = new ArrayList<>(line.getCommandSpec().optionsMap().keySet());
    known.addAll(line.getSubcommands().keySet());
    return NearestName.of(optionName(unmatched.getUnmatched().getFirst()), known);
  }

  @Override
  public int handleExecutionException(Exception failure, CommandLine line, ParseResult parsed) {
    return switch (failure) {
      case CompilationFailed failed -> {
        print(
            line,
            failed.diagnostics().stream()
                .map(Diagnostic::render)
                .collect(Collectors.joining("\n")));
        int count = failed.diagnostics().size();
        line.getErr().println(count == 1 ? "1 error" : count + " errors");
        yield WRONG_PROGRAM;
      }
      case UserError error -> {
        report(line, error);
        yield switch (error.code()) {
          case BAD_OPTION, UNKNOWN_CPU -> WRONG_USAGE;
          default -> WRONG_PROGRAM;
        };
      }
      default -> bug(line.getErr(), failure, isVerbose(parsed));
    };
  }

  private static boolean isVerbose(ParseResult parsed) {
    for (ParseResult each :
        parsed.asCommandLineList().stream().map(CommandLine::getParseResult).toList()) {
      if (each.hasMatchedOption("--verbose")) {
        return true;
      }
    }
    return false;
  }

  private void report(CommandLine line, UserError error) {
    print(line, error.render());
  }

  private void print(CommandLine line, String text) {
    line.getErr().print(colors.diagnostic(text));
    line.getErr().flush();
  }

  private static int bug(PrintWriter err, Throwable failure, boolean verbose) {
    err.println("error: dlc has a bug: " + failure);
    Path reproducer = Path.of(ReproducerObserver.FILE_NAME);
    err.println(
        "  = help: please report it with the command line and the .dl file"
            + (Files.exists(reproducer) ? ", and " + reproducer : "")
            + (verbose ? "" : "; --verbose shows where it is"));
    if (verbose) {
      failure.printStackTrace(err);
    }
    err.flush();
    return BUG;
  }
}
