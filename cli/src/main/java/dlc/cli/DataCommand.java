// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code dlc data}. */
@Command(
    name = "data",
    description = "Looks at the data of a program, or packs them into one file.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {DataInfoCommand.class, DataPackCommand.class},
    footer = {
      "",
      "Examples:",
      "  dlc data info samples/digits.dl",
      "  dlc data pack samples/digits.dl -o digits-data.safetensors"
    })
final class DataCommand implements Runnable {

  @Spec private CommandSpec spec;

  @Mixin
  @SuppressWarnings("UnusedVariable") // picocli acts on it
  private Output output;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "say what to do: info or pack");
  }
}
