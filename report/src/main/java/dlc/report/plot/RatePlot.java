// SPDX-License-Identifier: Apache-2.0
package dlc.report.plot;

import dlc.base.Code;
import dlc.base.Reason;
import dlc.base.UserError;
import java.awt.BasicStroke;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * The loss over learning rates that grow from step to step.
 *
 * @param rates in ascending order
 * @param losses one for each rate
 * @param smoothed the same without their noise
 * @param suggestion one of the rates
 */
public record RatePlot(
    List<Double> rates, List<Double> losses, List<Double> smoothed, Optional<Double> suggestion) {

  public RatePlot {
    rates = List.copyOf(rates);
    losses = List.copyOf(losses);
    smoothed = List.copyOf(smoothed);
  }

  /**
   * Whether a picture can be written to {@code path}: it ends with {@code .svg} or {@code .png}.
   */
  public static boolean isPicture(Path path) {
    return path.toString().endsWith(".svg") || path.toString().endsWith(".png");
  }

  /** Writes the plot as the picture that {@code path} names. */
  public void write(Path path) {
    XYChart chart = chart();
    try {
      new Drawing(
              PlotFiles.WIDTH,
              PlotFiles.HEIGHT,
              pen -> chart.paint(pen, PlotFiles.WIDTH, PlotFiles.HEIGHT))
          .write(path);
    } catch (IOException failure) {
      throw new UserError(Code.CANNOT_WRITE, path, Reason.of(failure))
          .help("choose another place for the picture");
    }
  }

  private XYChart chart() {
    XYChart chart = new XYChart(PlotFiles.WIDTH, PlotFiles.HEIGHT);
    chart.setTitle("Loss over learning rates");
    chart.setXAxisTitle("learning rate");
    PlotFiles.style(chart.getStyler());
    chart.getStyler().setXAxisLogarithmic(true);
    chart.getStyler().setYAxisDecimalPattern("0.####");
    chart.getStyler().setXAxisDecimalPattern("0E0");
    // A loss that is out of hand would hide where it fell.
    double least = losses.stream().mapToDouble(each -> each).min().orElse(0);
    double first = smoothed.isEmpty() ? 1 : smoothed.getFirst();
    double margin = Math.max(first - least, Math.abs(first) / 10);
    double top = first + margin;
    chart.getStyler().setYAxisMin(least - margin / 20);
    chart.getStyler().setYAxisMax(top);
    add(chart, "loss", losses, top, PlotFiles.BATCHES, 1.2f);
    add(chart, "smoothed", smoothed, top, PlotFiles.TRAINING, 2.2f);
    suggestion.ifPresent(
        rate -> mark(chart, rate, smoothed.get(rates.indexOf(rate)), SeriesMarkers.CIRCLE));
    return chart;
  }

  private void add(
      XYChart chart, String name, List<Double> values, double top, Color color, float width) {
    double[] heights = values.stream().mapToDouble(each -> each).toArray();
    Arrays.setAll(heights, i -> Math.min(heights[i], top));
    XYSeries series =
        chart.addSeries(name, rates.stream().mapToDouble(each -> each).toArray(), heights);
    series.setMarker(SeriesMarkers.NONE);
    series.setLineColor(color);
    series.setLineStyle(new BasicStroke(width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
  }

  private static void mark(XYChart chart, double rate, double height, Marker marker) {
    XYSeries series =
        chart.addSeries(
            String.format(Locale.ROOT, "steepest: %.2g", rate),
            new double[] {rate},
            new double[] {height});
    series.setMarker(marker);
    series.setMarkerColor(PlotFiles.VALIDATION);
    series.setLineColor(PlotFiles.VALIDATION);
  }
}
