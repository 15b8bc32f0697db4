// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import dlc.driver.ModelFile;
import dlc.passes.OptTool;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dlc interp}. */
@Command(
    name = "interp",
    description = "Evaluates IR text by the definition of its ops.",
    footer = {
      "",
      "Parameters that are not given are random.",
      "",
      "Example:",
      "  dlc interp model.dlir x=1,2.5,3 --seed 7"
    })
final class InterpCommand implements Callable<Integer> {

  @Mixin private Output output;

  @Parameters(index = "0", paramLabel = "FILE", description = "IR text, such as model.dlir.")
  private Path file;

  @Parameters(
      index = "1..*",
      paramLabel = "NAME=NUMBERS",
      description = "The elements of a parameter, in row-major order.")
  private List<String> assignments = List.of();

  @Option(names = "--seed", paramLabel = "N", description = "The seed of random elements.")
  private long seed = 1;

  @Override
  public Integer call() {
    List<String> command = new ArrayList<>(List.of("interp", "--seed=" + seed));
    command.addAll(assignments);
    output.out().print(OptTool.run(command, ModelFile.source(file)));
    output.out().flush();
    return 0;
  }
}
