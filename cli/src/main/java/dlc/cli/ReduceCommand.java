// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import dlc.driver.ModelFile;
import dlc.passes.OptTool;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dlc reduce}. */
@Command(
    name = "reduce",
    description = "Shrinks IR text on which passes fail, and keeps the failure.",
    footer = {
      "",
      "A failure is an exception, or a graph that computes something else than before. What is",
      "printed is a golden file that fails in the same way.",
      "",
      "Example:",
      "  dlc reduce dlc-crash.dlir --passes=simplify"
    })
final class ReduceCommand implements Callable<Integer> {

  @Mixin private Output output;

  @Parameters(index = "0", paramLabel = "FILE", description = "IR text, such as dlc-crash.dlir.")
  private Path file;

  @Option(
      names = "--passes",
      paramLabel = "A,B",
      description = "Which passes, in that order; standard is all of them.")
  private String passes = "";

  @Option(names = "--emit", paramLabel = "STAGE", description = "What to make: ir or kernel.")
  private String emit = "ir";

  @Override
  public Integer call() {
    List<String> command = List.of("reduce", "--passes=" + passes, "--emit=" + emit);
    output.out().print(OptTool.run(command, ModelFile.source(file)));
    output.out().flush();
    return 0;
  }
}
