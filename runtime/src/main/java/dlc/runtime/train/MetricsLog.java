// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.train;

import dlc.runtime.file.Json;
import dlc.runtime.file.LineFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Writes {@code metrics.jsonl}: a line of JSON for each epoch, and one at the end. */
public final class MetricsLog implements TrainListener, AutoCloseable {

  private static final Pattern EPOCH =
      Pattern.compile("\\{\"event\":\"epoch\",\"epoch\":(\\d{1,9}),.*}");

  private final List<String> earlier;
  private final LineFile file;

  /** Begins the file anew; {@code notes} hears when it can no longer be written. */
  public MetricsLog(Path path, Consumer<String> notes) {
    this.earlier = List.of();
    this.file = LineFile.begin(path, notes);
  }

  private MetricsLog(List<String> earlier, LineFile file) {
    this.earlier = earlier;
    this.file = file;
  }

  /** Goes on with a file: keeps the lines of the epochs that training goes on after. */
  public static MetricsLog continuing(Path path, Consumer<String> notes) {
    List<String> earlier = LineFile.lines(path);
    return new MetricsLog(earlier, LineFile.begin(path, notes));
  }

  /** The line for an epoch, without its line end. */
  public static String line(EpochReport report) {
    StringBuilder json = new StringBuilder("{\"event\":\"epoch\"");
    json.append(",\"epoch\":").append(report.epoch());
    json.append(",\"step\":").append(report.step());
    if (report.stopped()) {
      json.append(",\"stopped\":true");
    }
    append(json, "lr", report.lr());
    append(json, "training", report.training());
    report.validation().ifPresent(figures -> append(json, "validation", figures));
    append(json, "seconds", report.seconds());
    append(json, "samples_per_second", report.samplesPerSecond());
    return json.append('}').toString();
  }

  /** The line for the end, without its line end. */
  public static String line(FinalReport report) {
    StringBuilder json = new StringBuilder("{\"event\":\"end\"");
    json.append(",\"steps\":").append(report.steps());
    json.append(",\"stopped\":").append(report.stopped());
    report.test().ifPresent(figures -> append(json, "test", figures));
    append(json, "seconds", report.seconds());
    return json.append('}').toString();
  }

  @Override
  public void resumed(int epochs) {
    for (String line : earlier) {
      Matcher epoch = EPOCH.matcher(line);
      if (epoch.matches() && Integer.parseInt(epoch.group(1)) <= epochs) {
        file.add(line);
      }
    }
  }

  @Override
  public void epochDone(EpochReport report) {
    file.add(line(report));
  }

  @Override
  public void finished(FinalReport report) {
    file.add(line(report));
  }

  @Override
  public void close() {
    file.close();
  }

  private static void append(StringBuilder json, String name, Figures figures) {
    json.append(",\"").append(name).append("\":{\"loss\":").append(Json.number(figures.loss()));
    for (Map.Entry<Metric, Double> metric : figures.metrics().entrySet()) {
      append(json, metric.getKey().toString(), metric.getValue());
    }
    json.append(",\"samples\":").append(figures.samples()).append('}');
  }

  private static void append(StringBuilder json, String name, double value) {
    json.append(",\"").append(name).append("\":").append(Json.number(value));
  }
}
