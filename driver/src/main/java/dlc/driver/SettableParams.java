// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import dlc.base.CompilationFailed;
import dlc.base.UserError;
import dlc.frontend.CheckedModel;
import dlc.frontend.ProgramOptions;
import dlc.frontend.TrainSection;
import dlc.ir.text.GraphPrinter;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds the params of a program that are the learning rate and nothing else.
 *
 * <p>The rate comes into a training step from outside, so that such a param can be set when a
 * compiled program starts. Whether a param is one is tried out: with another value the rate must be
 * that value, and the graphs must be the same.
 */
final class SettableParams {

  private static final double OTHER = 1.5;

  private SettableParams() {}

  static List<String> of(Workbench bench) {
    Optional<Double> rate = rate(bench.model());
    if (rate.isEmpty()) {
      return List.of();
    }
    return bench.file().checked().params().entrySet().stream()
        .filter(param -> isNumber(param.getValue(), rate.get()))
        .map(Map.Entry::getKey)
        .filter(name -> isRate(bench, name, OTHER * rate.get() + OTHER))
        .toList();
  }

  private static Optional<Double> rate(CheckedModel model) {
    return model.train().flatMap(TrainSection::learningRate);
  }

  private static boolean isNumber(String text, double number) {
    try {
      return Double.parseDouble(text) == number;
    } catch (NumberFormatException _) {
      return false;
    }
  }

  private static boolean isRate(Workbench bench, String param, double other) {
    try {
      CheckedModel changed =
          ModelFile.load(bench.file().path(), Map.of(param, Double.toString(other)))
              .checked()
              .model(Optional.of(bench.model().name()));
      return rate(changed).equals(Optional.of(other))
          && graphs(changed).equals(graphs(bench.model()));
    } catch (CompilationFailed | UserError _) {
      return false;
    }
  }

  private static String graphs(CheckedModel model) {
    return GraphPrinter.print(model.program(ProgramOptions.of(1)));
  }
}
