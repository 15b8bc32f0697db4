// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import dlc.base.Code;
import dlc.base.UserError;
import dlc.report.Run;
import dlc.report.RunFolder;
import dlc.report.page.Page;
import dlc.runtime.file.AtomicFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dlc runs compare}. */
@Command(
    name = "compare",
    description = "Puts the curves and settings of runs on one page.",
    footer = {"", "Example:", "  dlc runs compare runs/a runs/b -o comparison.html"})
final class RunsCompareCommand implements Callable<Integer> {

  @Mixin private Output output;

  @Parameters(
      arity = "2..*",
      paramLabel = "RUN",
      description = "Folders of runs, or their names in the folder of all runs.")
  private List<Path> folders;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "The page to write (default: ${DEFAULT-VALUE}).",
      defaultValue = "comparison.html")
  private Path file;

  @Override
  public Integer call() {
    List<Run> runs = folders.stream().map(RunsCompareCommand::read).toList();
    if (Files.isDirectory(file)) {
      throw new UserError(Code.CANNOT_WRITE, file, "it is a folder")
          .help("give the name of a file: -o comparison.html");
    }
    AtomicFile.write(file, Page.of(runs).bytes());
    output.out().println(file);
    output.out().flush();
    return 0;
  }

  private static Run read(Path folder) {
    Path named =
        Reporting.runs()
            .map(runs -> runs.resolve(folder))
            .filter(each -> !Files.exists(folder) && Files.exists(each))
            .orElse(folder);
    return new RunFolder(named).read();
  }
}
