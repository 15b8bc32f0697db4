// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import dlc.runtime.file.Json;
import dlc.runtime.train.Figures;
import dlc.runtime.train.Metric;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The figures of the folds of a cross-validation: their means and standard deviations. */
final class FoldFigures {

  private static final String LOSS = "loss";

  private final Map<String, List<Double>> all = new LinkedHashMap<>();

  void add(Figures figures) {
    all.computeIfAbsent(LOSS, _ -> new ArrayList<>()).add(figures.loss());
    figures
        .metrics()
        .forEach(
            (metric, value) ->
                all.computeIfAbsent(metric.toString(), _ -> new ArrayList<>()).add(value));
  }

  private int folds() {
    return all.getOrDefault(LOSS, List.of()).size();
  }

  private static double mean(List<Double> values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.size();
  }

  /** Of a sample; 0 of one value. */
  private static double deviation(List<Double> values) {
    double mean = mean(values);
    double squares = 0;
    for (double value : values) {
      squares += (value - mean) * (value - mean);
    }
    return values.size() < 2 ? 0 : Math.sqrt(squares / (values.size() - 1));
  }

  /** A line for readers. */
  String text() {
    StringBuilder line = new StringBuilder("%d folds".formatted(folds()));
    all.forEach(
        (name, values) -> {
          boolean isShare = Metric.named(name).filter(Metric::isShare).isPresent();
          String shown =
              isShare ? "  validation %s %.2f%% ± %.2f%%" : "  validation %s %.4f ± %.4f";
          double unit = isShare ? 100 : 1;
          line.append(
              String.format(
                  Locale.ROOT, shown, name, unit * mean(values), unit * deviation(values)));
        });
    return line.toString();
  }

  /** A line for programs. */
  String json() {
    StringBuilder json = new StringBuilder("{\"event\":\"folds\",\"folds\":").append(folds());
    json.append(",\"validation\":{");
    String separator = "";
    for (Map.Entry<String, List<Double>> figure : all.entrySet()) {
      json.append(separator).append(Json.quoted(figure.getKey()));
      json.append(":{\"mean\":").append(Json.number(mean(figure.getValue())));
      json.append(",\"deviation\":").append(Json.number(deviation(figure.getValue()))).append('}');
      separator = ",";
    }
    return json.append("}}").toString();
  }
}
