// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs a command line and ends the process with its exit code. */
@Command(
    name = "dlc",
    description = "Compiles deep-learning models in .dl files to native code, and trains them.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      TrainCommand.class,
      EvalCommand.class,
      PredictCommand.class,
      CheckCommand.class,
      CompileCommand.class,
      OptCommand.class,
      InterpCommand.class,
      ParityCommand.class,
      GradcheckCommand.class,
      ExplainCommand.class,
      DocCommand.class,
      DoctorCommand.class,
      LauncherCommands.TestCommand.class,
      LauncherCommands.BlessCommand.class
    },
    versionProvider = Version.class,
    footer = {
      "",
      "Examples:",
      "  dlc train samples/digits.dl",
      "  dlc check samples/simple_cnn.dl",
      "  dlc train --help",
      "",
      "Exit codes: 0 fine, 1 the program or its data is wrong, 2 wrong usage, 70 a bug in dlc."
    })
public final class Main implements Runnable {

  @Spec private CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  private boolean isHelp;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Show the version.")
  private boolean isVersion;

  /** Ends the process. */
  public static void main(String[] arguments) {
    System.setProperty("java.awt.headless", "true");
    System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "warn");
    PrintWriter out = writer(FileDescriptor.out);
    PrintWriter err = writer(FileDescriptor.err);
    int code = run(out, err, arguments);
    out.flush();
    err.flush();
    Interruption.commandEnded();
    System.exit(code);
  }

  private static PrintWriter writer(FileDescriptor descriptor) {
    return new PrintWriter(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
  }

  /** What {@code arguments} come to, as an exit code. */
  static int run(PrintWriter out, PrintWriter err, String... arguments) {
    boolean colored = Colors.wanted(List.of(arguments));
    CommandLine line = new CommandLine(new Main());
    line.setOut(out);
    line.setErr(err);
    line.setColorScheme(
        Help.defaultColorScheme(colored ? Help.Ansi.ON : Help.Ansi.OFF));
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setAbbreviatedOptionsAllowed(false);
    line.setUsageHelpAutoWidth(false);
    line.setUsageHelpWidth(100);
    Failures failures = new Failures(new Colors(colored));
    line.setParameterExceptionHandler(failures);
    line.setExecutionExceptionHandler(failures);
    return failures.guard(line, arguments);
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing");
  }
}
