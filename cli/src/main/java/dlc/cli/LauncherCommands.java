// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** Commands that the launcher {@code ./dlc} answers itself; they are here for the help. */
@SuppressWarnings("UnusedVariable") // options are there to be listed
final class LauncherCommands {

  private LauncherCommands() {}

  /** {@code dlc test}. */
  @Command(
      name = "test",
      description = "For those who work on dlc: builds it and runs all of its tests.",
      footer = {"", "Example:", "  ./dlc test"})
  static final class TestCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private Output output;
    @Unmatched private List<String> rest;

    @Override
    public Integer call() {
      throw elsewhere(spec);
    }
  }

  /** {@code dlc bless}. */
  @Command(
      name = "bless",
      description = "For those who work on dlc: rewrites golden files with today's output.",
      footer = {"", "Example:", "  ./dlc bless passes/src/test/golden/simplify"})
  static final class BlessCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private Output output;

    @Parameters(arity = "0..1", paramLabel = "PATH", description = "A golden file or a folder.")
    private List<String> path = List.of();

    @Override
    public Integer call() {
      throw elsewhere(spec);
    }
  }

  private static ParameterException elsewhere(CommandSpec spec) {
    return new ParameterException(
        spec.commandLine(),
        "this command needs the sources of dlc: run ./dlc %s there".formatted(spec.name()));
  }
}
