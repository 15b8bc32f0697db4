// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import dlc.driver.GradCheck;
import dlc.driver.ModelFile;
import dlc.driver.parity.Machine;
import dlc.frontend.CheckedModel;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dlc gradcheck}: gradients against differences of the loss. */
@Command(
    name = "gradcheck",
    mixinStandardHelpOptions = true,
    description = {
      "Compares the gradients of a model's loss with central differences, in f64, on random data.",
      "Exits with 1 when a relative error is larger than 1e-5."
    },
    footer = {"", "Example: dlc gradcheck samples/lenet.dl"})
final class GradcheckCommand implements Callable<Integer> {

  private static final String ROW = "%-32s %-24s %8s %14s %14s %9s%s%n";

  @Parameters(paramLabel = "FILE", description = "the program")
  private Path file = Path.of("");

  @Option(names = "-D", paramLabel = "NAME=VALUE", description = "a param of the program")
  private Map<String, String> params = Map.of();

  @Option(names = "--model", paramLabel = "NAME", description = "which model of the program")
  private @Nullable String model;

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "3",
      description = "samples (default: ${DEFAULT-VALUE})")
  private int batch;

  @Option(
      names = "--elements",
      paramLabel = "N",
      defaultValue = "20",
      description = "at most so many elements of each weight (default: ${DEFAULT-VALUE})")
  private int elements;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      description = "of the random data (default: ${DEFAULT-VALUE})")
  private long seed;

  @Option(
      names = "--device",
      paramLabel = "cpu|interpreter",
      defaultValue = "cpu",
      description = "where the program runs (default: ${DEFAULT-VALUE})")
  private String device = "cpu";

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    CheckedModel checked =
        ModelFile.load(file, params).checked().model(Optional.ofNullable(model));
    List<GradCheck.Row> rows;
    try (Machine machine = ParityCommand.machine(device)) {
      rows = GradCheck.run(checked, machine, new GradCheck.Options(batch, elements, seed));
    }
    PrintWriter out = spec.commandLine().getOut();
    out.printf(ROW, "weight", "type", "checked", "gradient", "difference", "error", "");
    rows.forEach(row -> print(out, row));
    out.flush();
    return rows.stream().anyMatch(GradCheck.Row::isMiss) ? 1 : 0;
  }

  private static void print(PrintWriter out, GradCheck.Row row) {
    out.printf(
        ROW,
        row.name(),
        row.type(),
        row.checked(),
        String.format(Locale.ROOT, "%.6e", row.gradient()),
        String.format(Locale.ROOT, "%.6e", row.difference()),
        String.format(Locale.ROOT, "%.1e", row.error()),
        row.isMiss() ? "  MISS" : "");
  }
}
