// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import dlc.driver.Prediction;
import dlc.driver.SamplePredictor;
import dlc.driver.Workbench;
import dlc.runtime.file.Json;
import dlc.runtime.file.Text;
import dlc.runtime.train.Weights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dlc predict}. */
@Command(
    name = "predict",
    description = "Says what a trained model makes of each INPUT.",
    footer = {
      "",
      "Examples:",
      "  dlc predict samples/digits.dl --weights digits.safetensors seven.png",
      "  dlc predict samples/iris.dl --weights iris.safetensors 5.1,3.5,1.4,0.2"
    })
final class PredictCommand implements Callable<Integer> {

  private static final int SHOWN_CLASSES = 3;
  private static final int SHOWN_VALUES = 16;

  @Mixin private Output output;
  @Mixin private RunArguments run;

  @Option(
      names = "--weights",
      paramLabel = "W",
      required = true,
      description = "The weights, as train --save wrote them.")
  private Path weights;

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "INPUT",
      description =
          "PNG or JPEG images, .csv tables, .npy arrays, .raw bytes, or numbers: 5.1,3.5,1.4,0.2")
  private List<String> inputs;

  @Option(
      names = "--json",
      description = "Print a JSON object; of several samples, an array of them.")
  private boolean isJson;

  @Override
  public Integer call() {
    try (Workbench bench = run.open()) {
      Weights.load(bench.state(), weights).notes().forEach(note -> output.note("note: " + note));
      SamplePredictor predictor = SamplePredictor.of(bench);
      List<Prediction> predictions = new ArrayList<>();
      for (String input : inputs) {
        for (Prediction prediction : predictor.predict(input)) {
          predictions.add(prediction);
          if (!isJson) {
            output.out().println(text(prediction));
          }
        }
      }
      if (isJson) {
        output.out().println(json(predictions));
      }
    }
    return 0;
  }

  private static String json(List<Prediction> predictions) {
    return predictions.size() == 1
        ? json(predictions.getFirst())
        : predictions.stream()
            .map(PredictCommand::json)
            .collect(Collectors.joining(",\n ", "[", "]"));
  }

  private static String text(Prediction prediction) {
    if (prediction.probabilities().isPresent()) {
      List<Double> probabilities = prediction.probabilities().get();
      return prediction.sample()
          + "  "
          + prediction.ranking().stream()
              .limit(SHOWN_CLASSES)
              .map(
                  index ->
                      prediction.className(index)
                          + Text.of(" %.1f%%", 100 * probabilities.get(index)))
              .collect(Collectors.joining("  "));
    }
    int more = prediction.values().size() - SHOWN_VALUES;
    return prediction.sample()
        + "  "
        + prediction.values().stream()
            .limit(SHOWN_VALUES)
            .map(Words::number)
            .collect(Collectors.joining(" "))
        + (more > 0 ? " … and %d more (--json prints all)".formatted(more) : "");
  }

  private static String json(Prediction prediction) {
    StringBuilder json = new StringBuilder("{\"input\":" + Json.quoted(prediction.sample()));
    prediction
        .best()
        .ifPresent(
            best ->
                json.append(",\"class\":")
                    .append(Json.quoted(prediction.className(best)))
                    .append(",\"index\":")
                    .append(best));
    prediction
        .probabilities()
        .ifPresent(all -> json.append(",\"probabilities\":").append(list(all)));
    return json.append(",\"values\":").append(list(prediction.values())).append('}').toString();
  }

  private static String list(List<Double> values) {
    return values.stream().map(Json::number).collect(Collectors.joining(",", "[", "]"));
  }
}
