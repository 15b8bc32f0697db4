// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import dlc.base.Code;
import dlc.base.UserError;
import dlc.driver.GradCheck;
import dlc.driver.parity.Machine;
import dlc.frontend.CheckedModel;
import dlc.runtime.file.Text;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dlc gradcheck}. */
@Command(
    name = "gradcheck",
    description = "Compares gradients with differences of the loss, in f64, on random data.",
    footer = {
      "",
      "A line of the table is the element of a weight or input that agrees least. Exits with 1"
          + " when",
      "a relative error is larger than 1e-5.",
      "",
      "Example:",
      "  dlc gradcheck samples/lenet.dl --elements 5"
    })
final class GradcheckCommand implements Callable<Integer> {

  @Mixin private Output output;
  @Mixin private ProgramArguments program;

  @Option(names = "--batch", paramLabel = "N", description = "Samples in a step (default: 3).")
  private int batch = GradCheck.Options.STANDARD.batch();

  @Option(
      names = "--elements",
      paramLabel = "N",
      description = "How many elements of each weight to check at most (default: 20).")
  private int elements = GradCheck.Options.STANDARD.elements();

  @Option(names = "--seed", paramLabel = "N", description = "The seed of the data (default: 0).")
  private long seed = GradCheck.Options.STANDARD.seed();

  @Option(
      names = "--device",
      paramLabel = "NAME",
      description = "What computes: cpu, interpreter or opencl (default: cpu).")
  private String device = "cpu";

  @Override
  public Integer call() {
    requirePositive("--batch", batch);
    requirePositive("--elements", elements);
    CheckedModel model = program.load().checked().model(program.model());
    List<GradCheck.Row> rows;
    try (Machine machine = ParityCommand.machine(device)) {
      rows = GradCheck.run(model, machine, new GradCheck.Options(batch, elements, seed));
    }
    Table table = new Table(2);
    table.row("weight", "type", "checked", "gradient", "difference", "error", "");
    for (GradCheck.Row row : rows) {
      table.row(
          row.name(),
          row.type().toString(),
          Words.count(row.checked()),
          Text.of("%.6e", row.gradient()),
          Text.of("%.6e", row.difference()),
          Text.of("%.1e", row.error()),
          row.isMiss() ? "MISS" : "");
    }
    output.out().print(table);
    output.out().flush();
    List<GradCheck.Row> misses = rows.stream().filter(GradCheck.Row::isMiss).toList();
    misses.stream().map(GradCheck.Row::complaint).forEach(output::complain);
    return misses.isEmpty() ? 0 : 1;
  }

  private static void requirePositive(String option, int value) {
    if (value < 1) {
      throw new UserError(
          Code.BAD_OPTION, "%s is %d, it must be at least 1".formatted(option, value));
    }
  }
}
