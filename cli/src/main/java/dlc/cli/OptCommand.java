// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import dlc.driver.ModelFile;
import dlc.passes.OptTool;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dlc opt}. */
@Command(
    name = "opt",
    description = "Runs passes on IR text.",
    footer = {"", "Example:", "  dlc opt --passes=differentiate,simplify model.dlir"})
final class OptCommand implements Callable<Integer> {

  @Mixin private Output output;

  @Parameters(index = "0", paramLabel = "FILE", description = "IR text, such as model.dlir.")
  private Path file;

  @Option(
      names = "--passes",
      paramLabel = "A,B",
      description = "Which passes, in that order; standard is all of them.")
  private String passes = "";

  @Option(names = "--emit", paramLabel = "STAGE", description = "What to print: ir or kernel.")
  private String emit = "ir";

  @Option(
      names = "--cpu",
      paramLabel = "NAME",
      description = "Schedule kernels for a processor: x86-64, x86-64-v2, -v3 or -v4.")
  private Optional<String> cpu;

  @Option(
      names = "--print-after",
      paramLabel = "PASS",
      description = "Print the IR after this pass, or after all.")
  private Optional<String> printAfter;

  @Option(
      names = "--remarks",
      description = "Print why values were not fused, and loops run without vectors or threads.")
  private boolean hasRemarks;

  @Override
  public Integer call() {
    List<String> command = new ArrayList<>(List.of("opt", "--passes=" + passes, "--emit=" + emit));
    cpu.ifPresent(name -> command.add("--cpu=" + name));
    printAfter.ifPresent(pass -> command.add("--print-after=" + pass));
    if (hasRemarks) {
      command.add("--remarks");
    }
    output.out().print(OptTool.run(command, ModelFile.source(file)));
    output.out().flush();
    return 0;
  }
}
