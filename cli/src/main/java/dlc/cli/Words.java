// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import dlc.runtime.file.Json;
import dlc.runtime.file.Text;
import dlc.runtime.train.Figures;
import dlc.runtime.train.Metric;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Figures, counts and times as people and programs read them. */
final class Words {

  private Words() {}

  /** {@code loss 0.1234 accuracy 97.1%}, each name with {@code prefix}. */
  static String figures(String prefix, Figures figures) {
    StringBuilder text = new StringBuilder(prefix + "loss " + number(figures.loss()));
    for (Map.Entry<Metric, Double> metric : figures.metrics().entrySet()) {
      boolean share = metric.getKey().isShare();
      String value = share ? Text.of("%.2f%%", 100 * metric.getValue()) : number(metric.getValue());
      text.append("  ").append(prefix).append(metric.getKey()).append(' ').append(value);
    }
    return text.toString();
  }

  /** Figures as a JSON object. */
  static String json(Figures figures) {
    StringBuilder json = new StringBuilder("{\"loss\":" + Json.number(figures.loss()));
    figures
        .metrics()
        .forEach(
            (metric, value) ->
                json.append(",\"").append(metric).append("\":").append(Json.number(value)));
    return json.append(",\"samples\":").append(figures.samples()).append('}').toString();
  }

  /** Five digits or so. */
  static String number(double value) {
    double size = Math.abs(value);
    return size != 0 && (size < 1e-3 || size >= 1e5)
        ? Text.of("%.3e", value)
        : Text.of("%.4f", value);
  }

  /** Four digits at most, without zeros at the end: {@code 0.02}, {@code 1E-7}. */
  static String rate(double value) {
    BigDecimal rounded = new BigDecimal(value).round(new MathContext(4));
    return rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toString();
  }

  /** {@code 12,345}. */
  static String count(long count) {
    return Text.of("%,d", count);
  }

  /** {@code 1 step}, {@code 12,345 steps}. */
  static String counted(long count, String noun) {
    return count(count) + " " + noun + (count == 1 ? "" : "s");
  }

  /** {@code 52 ms}, {@code 3.2 s}, {@code 4 min 10 s}, {@code 2 h 5 min}. */
  static String seconds(double seconds) {
    if (seconds < 0.9995) {
      return Text.of("%.0f ms", 1000 * seconds);
    }
    long whole = Math.round(seconds);
    if (whole < 60) {
      return seconds < 10 ? Text.of("%.1f s", seconds) : whole + " s";
    }
    return whole < 3600
        ? "%d min %d s".formatted(whole / 60, whole % 60)
        : "%d h %d min".formatted(whole / 3600, whole % 3600 / 60);
  }

  /** A JSON document of objects, each on a line of its own. */
  static String json(List<String> objects) {
    return objects.stream().collect(Collectors.joining(",\n ", "[", "]"));
  }
}
