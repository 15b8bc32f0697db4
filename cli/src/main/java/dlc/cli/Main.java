// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import dlc.base.DeepStack;
import dlc.frontend.elaborate.Library;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
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

  /** All commands, in the order of the help. */
  private static final Map<String, Supplier<Object>> COMMANDS = commands();

  @Spec private CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  @SuppressWarnings("UnusedVariable") // picocli acts on it
  private boolean isHelp;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Show the version.")
  @SuppressWarnings("UnusedVariable") // picocli acts on it
  private boolean isVersion;

  /** Ends the process. */
  public static void main(String[] arguments) {
    System.setProperty("java.awt.headless", "true");
    System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "warn");
    PrintWriter out = writer(FileDescriptor.out);
    PrintWriter err = writer(FileDescriptor.err);
    if (arguments.length > 1) {
      readAhead(arguments[0]);
    }
    int code = run(out, err, arguments);
    out.flush();
    err.flush();
    System.exit(code);
  }

  /** Parses the standard library while the options are read, for commands that will need it. */
  private static void readAhead(String command) {
    switch (command) {
      case "train",
          "eval",
          "predict",
          "generate",
          "check",
          "compile",
          "gradcheck",
          "overfit",
          "lr-find",
          "sweep",
          "profile",
          "tune" ->
          Thread.ofPlatform()
              .daemon()
              .name("dlc-library")
              .start(() -> DeepStack.call(Library::declarations));
      default -> {}
    }
  }

  private static PrintWriter writer(FileDescriptor descriptor) {
    return new PrintWriter(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
  }

  /** What {@code arguments} come to, as an exit code. */
  static int run(PrintWriter out, PrintWriter err, String... arguments) {
    boolean colored = Colors.wanted(List.of(arguments));
    CommandLine line = new CommandLine(new Main());
    commandsFor(arguments).forEach((name, command) -> line.addSubcommand(name, command.get()));
    line.setOut(out);
    line.setErr(err);
    line.setColorScheme(Help.defaultColorScheme(colored ? Help.Ansi.ON : Help.Ansi.OFF));
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setAbbreviatedOptionsAllowed(false);
    line.setUsageHelpAutoWidth(false);
    line.setUsageHelpWidth(100);
    Failures failures = new Failures(new Colors(colored));
    line.setParameterExceptionHandler(failures);
    line.setExecutionExceptionHandler(failures);
    return failures.guard(line, arguments);
  }

  /** The command that is named, alone: reading the options of all of them takes its time. */
  private static Map<String, Supplier<Object>> commandsFor(String... arguments) {
    String first = arguments.length == 0 ? "" : arguments[0];
    Supplier<Object> named = COMMANDS.get(first);
    return named == null ? COMMANDS : Map.of(first, named);
  }

  /** Makers of all commands by their names, in the order of the help. */
  static Map<String, Supplier<Object>> commands() {
    Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
    commands.put("train", TrainCommand::new);
    commands.put("eval", EvalCommand::new);
    commands.put("predict", PredictCommand::new);
    commands.put("check", CheckCommand::new);
    commands.put("compile", CompileCommand::new);
    commands.put("opt", OptCommand::new);
    commands.put("interp", InterpCommand::new);
    commands.put("reduce", ReduceCommand::new);
    commands.put("parity", ParityCommand::new);
    commands.put("gradcheck", GradcheckCommand::new);
    commands.put("crosscheck", CrosscheckCommand::new);
    commands.put("overfit", OverfitCommand::new);
    commands.put("lr-find", LrFindCommand::new);
    commands.put("sweep", SweepCommand::new);
    commands.put("profile", ProfileCommand::new);
    commands.put("tune", TuneCommand::new);
    commands.put("data", DataCommand::new);
    commands.put("generate", GenerateCommand::new);
    commands.put("runs", RunsCommand::new);
    commands.put("watch", WatchCommand::new);
    commands.put("weights", WeightsCommand::new);
    commands.put("graph", GraphCommand::new);
    commands.put("lsp", LspCommand::new);
    commands.put("fmt", FmtCommand::new);
    commands.put("explain", ExplainCommand::new);
    commands.put("doc", DocCommand::new);
    commands.put("devices", DevicesCommand::new);
    commands.put("doctor", DoctorCommand::new);
    commands.put("test", LauncherCommands.TestCommand::new);
    commands.put("bless", LauncherCommands.BlessCommand::new);
    return commands;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing");
  }
}
