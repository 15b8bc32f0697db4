// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import dlc.base.Code;
import dlc.base.UserError;
import dlc.driver.parity.CaseReport;
import dlc.driver.parity.CpuMachine;
import dlc.driver.parity.InterpreterMachine;
import dlc.driver.parity.Machine;
import dlc.driver.parity.Parity;
import dlc.driver.parity.ParityTable;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dlc parity}: agreement with recorded cases. */
@Command(
    name = "parity",
    mixinStandardHelpOptions = true,
    description = {
      "Compares outputs, losses, gradients, buffers and trained weights with recorded cases.",
      "Exits with 1 when an error is larger than its tolerance."
    },
    footer = {"", "Example: dlc parity cases/01_mlp cases/02_cnn"})
final class ParityCommand implements Callable<Integer> {

  private static final int THREADS = 1;

  @Parameters(
      paramLabel = "CASE",
      arity = "1..*",
      description = "folders with a manifest.json, or folders of such folders")
  private List<Path> folders = List.of();

  @Option(names = "--strict", description = "a part that cannot be run counts as a miss")
  private boolean isStrict;

  @Option(
      names = "--device",
      paramLabel = "cpu|interpreter",
      defaultValue = "cpu",
      description = "where the programs run (default: ${DEFAULT-VALUE})")
  private String device = "cpu";

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    List<CaseReport> reports = new ArrayList<>();
    try (Machine machine = machine(device)) {
      for (Path folder : folders) {
        for (Path each : Parity.cases(folder)) {
          reports.add(Parity.run(each, machine));
        }
      }
    }
    PrintWriter out = spec.commandLine().getOut();
    out.print(ParityTable.render(reports));
    out.flush();
    boolean agrees =
        reports.stream()
            .allMatch(
                report -> report.misses().isEmpty() && !(isStrict && !report.notRun().isEmpty()));
    return agrees ? 0 : 1;
  }

  static Machine machine(String device) {
    return switch (device) {
      case "cpu" -> new CpuMachine(THREADS);
      case "interpreter" -> new InterpreterMachine();
      default ->
          throw new UserError(Code.NO_DEVICE, "no device is called '" + device + "'")
              .help("there are cpu and interpreter");
    };
  }
}
