// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code dlc weights}. */
@Command(
    name = "weights",
    description = "Looks into files of weights: .safetensors, and NumPy's .npz.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {WeightsLsCommand.class, WeightsDiffCommand.class, WeightsConvertCommand.class},
    footer = {
      "",
      "Examples:",
      "  dlc weights ls digits.safetensors",
      "  dlc weights diff before.safetensors after.safetensors",
      "  dlc weights convert digits.safetensors digits.npz"
    })
final class WeightsCommand implements Runnable {

  @Spec private CommandSpec spec;

  @Mixin
  @SuppressWarnings("UnusedVariable") // picocli acts on it
  private Output output;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "say what to do: ls, diff or convert");
  }
}
