// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import dlc.driver.Evaluation;
import dlc.driver.Workbench;
import dlc.runtime.train.ConfusionMatrix;
import dlc.runtime.train.Figures;
import dlc.runtime.train.Metric;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dlc eval}. */
@Command(
    name = "eval",
    description = "Measures saved weights on the test data of FILE.",
    footer = {"", "Example:", "  dlc eval samples/digits.dl --weights digits.safetensors"})
final class EvalCommand implements Callable<Integer> {

  @Mixin private Output output;
  @Mixin private RunArguments run;

  @Option(
      names = "--weights",
      paramLabel = "W",
      required = true,
      description = "The weights, as train --save wrote them.")
  private Path weights;

  @Option(names = "--json", description = "Print a JSON object.")
  private boolean isJson;

  @Override
  public Integer call() {
    try (Workbench bench = run.open()) {
      Evaluation evaluation = Evaluation.run(bench, weights);
      Figures figures = evaluation.figures();
      evaluation.notes().forEach(note -> output.note("note: " + note));
      if (isJson) {
        output.out().println(Words.json(figures));
        return 0;
      }
      output
          .out()
          .println(
              "%s  (%s samples)"
                  .formatted(Words.figures("test ", figures), Words.count(figures.samples())));
      figures
          .confusion()
          .filter(_ -> evaluation.metrics().contains(Metric.CONFUSION_MATRIX))
          .map(ConfusionMatrix::table)
          .ifPresent(table -> output.out().print("\n" + table));
      output.out().flush();
    }
    return 0;
  }
}
