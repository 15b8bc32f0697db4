// SPDX-License-Identifier: Apache-2.0
package dlc.report.plot;

import dlc.report.Run;
import dlc.report.plot.Curve.Shade;
import dlc.runtime.train.Metric;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * Curves of one quantity over the epochs of a run.
 *
 * @param name of its files
 * @param isShare whether values are shown in percent
 * @param isLogarithmic whether equal factors have equal heights
 */
record Plot(String name, String title, boolean isShare, boolean isLogarithmic, List<Curve> curves) {

  private static final String LOSS = "loss";

  Plot {
    curves = List.copyOf(curves);
  }

  /** All that there is to plot of {@code run}. */
  static List<Plot> of(Run run) {
    List<Plot> plots = new ArrayList<>();
    plots.add(
        curves(
            LOSS,
            Stream.concat(
                Stream.of(steps(run, LOSS, "batches", Shade.BATCHES)), epochs(run, LOSS))));
    for (Metric metric : Metric.values()) {
      plots.add(curves(metric.toString(), epochs(run, metric.toString())));
    }
    plots.add(
        curves("learning_rate", Stream.of(steps(run, "lr", "learning rate", Shade.TRAINING))));
    plots.add(
        curves(
            "gradient_norm",
            Stream.of(steps(run, "gradient_norm", "gradient norm", Shade.TRAINING))));
    return plots.stream().filter(plot -> !plot.curves.isEmpty()).toList();
  }

  private static Plot curves(String name, Stream<Curve> some) {
    String words = name.replace('_', ' ');
    List<Curve> curves = some.filter(curve -> !curve.xs().isEmpty()).toList();
    List<Curve> aboveZero =
        curves.stream().map(Curve::aboveZero).filter(curve -> !curve.xs().isEmpty()).toList();
    // Where all norms are 0, as where all weights are frozen, none has a place on such an axis.
    boolean isLogarithmic = name.equals("gradient_norm") && !aboveZero.isEmpty();
    return new Plot(
        name.replace('_', '-'),
        words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1),
        Metric.named(name).filter(Metric::isShare).isPresent(),
        isLogarithmic,
        isLogarithmic ? aboveZero : curves);
  }

  private static Stream<Curve> epochs(Run run, String figure) {
    return Stream.of(Shade.TRAINING, Shade.VALIDATION)
        .map(
            shade -> {
              String part = shade.name().toLowerCase(Locale.ROOT);
              List<JsonNode> epochs =
                  run.epochs().stream()
                      .filter(epoch -> epoch.path(part).path(figure).isNumber())
                      .toList();
              return new Curve(
                  part,
                  shade,
                  epochs.stream().map(epoch -> epoch.path("epoch").asDouble()).toList(),
                  epochs.stream().map(epoch -> epoch.path(part).path(figure).asDouble()).toList());
            });
  }

  private static Curve steps(Run run, String figure, String label, Shade shade) {
    List<JsonNode> steps =
        run.steps().stream().filter(step -> step.path(figure).isNumber()).toList();
    return new Curve(
        label,
        shade,
        steps.stream().map(step -> step.path("epochs_done").asDouble()).toList(),
        steps.stream().map(step -> step.path(figure).asDouble()).toList());
  }
}
