// SPDX-License-Identifier: Apache-2.0
package dlc.report.plot;

import dlc.report.Run;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Writes the curves and the confusion matrix of a run as PNG and SVG. */
public final class PlotFiles {

  static final int WIDTH = 880;
  static final int HEIGHT = 520;
  static final Color INK = new Color(0x1b1f27);
  static final Color FAINT = new Color(0x667085);
  private static final Color GRID = new Color(0xe3e6eb);
  static final Color TRAINING = new Color(0x3b62c9);
  static final Color VALIDATION = new Color(0xe4572e);
  static final Color BATCHES = new Color(0xc3cff0);

  private PlotFiles() {}

  /** Writes what there is to show of {@code run} to {@code folder}, which is made. */
  public static void write(Run run, Path folder) {
    try {
      Files.createDirectories(folder);
      Plot.of(run).parallelStream().forEach(plot -> write(run, plot, folder));
      Optional<HeatMap> confusion = HeatMap.of(run);
      if (confusion.isPresent()) {
        confusion.get().drawing().write(folder, "confusion-matrix");
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static void write(Run run, Plot plot, Path folder) {
    XYChart chart = chart(run, plot);
    try {
      new Drawing(WIDTH, HEIGHT, pen -> chart.paint(pen, WIDTH, HEIGHT)).write(folder, plot.name());
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static XYChart chart(Run run, Plot plot) {
    XYChart chart = new XYChart(WIDTH, HEIGHT);
    chart.setTitle(plot.title() + "  ·  " + run.name());
    chart.setXAxisTitle("epoch");
    style(chart.getStyler());
    chart.getStyler().setLegendVisible(plot.curves().size() > 1);
    chart.getStyler().setYAxisLogarithmic(plot.isLogarithmic());
    if (plot.isShare()) {
      chart.getStyler().setYAxisDecimalPattern("0.##%");
    } else if (!plot.isLogarithmic()) {
      chart.getStyler().setYAxisDecimalPattern("0.######");
    }
    double last = plot.curves().stream().mapToDouble(curve -> curve.xs().getLast()).max().orElse(1);
    chart.getStyler().setXAxisMin(0.0);
    chart.getStyler().setXAxisMax(last);
    chart.getStyler().setXAxisDecimalPattern("0.##");
    addTicks(chart, last, plot.curves().getFirst().ys().getFirst());
    for (Curve curve : plot.curves()) {
      XYSeries series = chart.addSeries(curve.label(), numbers(curve.xs()), numbers(curve.ys()));
      boolean isPoint = curve.xs().size() == 1;
      series.setMarker(isPoint ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE);
      Color color = color(curve.shade());
      series.setMarkerColor(color);
      series.setLineColor(color);
      float width = curve.shade() == Curve.Shade.BATCHES ? 1.2f : 2.2f;
      series.setLineStyle(new BasicStroke(width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
    }
    return chart;
  }

  /**
   * Adds an unseen series of whole epochs: ticks stand at multiples of the distance between the
   * points of the first series.
   */
  private static void addTicks(XYChart chart, double last, double height) {
    double[] epochs =
        last < 2
            ? new double[] {0, last}
            : IntStream.rangeClosed(0, (int) last).asDoubleStream().toArray();
    double[] heights = new double[epochs.length];
    Arrays.fill(heights, height);
    XYSeries series = chart.addSeries("epochs", epochs, heights);
    series.setMarker(SeriesMarkers.NONE);
    series.setLineStyle(SeriesLines.NONE);
    series.setShowInLegend(false);
  }

  private static double[] numbers(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static Color color(Curve.Shade shade) {
    return switch (shade) {
      case TRAINING -> TRAINING;
      case VALIDATION -> VALIDATION;
      case BATCHES -> BATCHES;
    };
  }

  static void style(AxesChartStyler styler) {
    styler.setChartBackgroundColor(Color.WHITE);
    styler.setChartFontColor(INK);
    styler.setChartTitleFont(font(Font.BOLD, 17));
    styler.setChartTitleBoxVisible(false);
    styler.setChartTitlePadding(12);
    styler.setChartPadding(14);
    styler.setPlotBorderVisible(false);
    styler.setPlotGridLinesColor(GRID);
    styler.setPlotGridLinesStroke(new BasicStroke(1));
    styler.setPlotGridVerticalLinesVisible(false);
    styler.setAxisTitleFont(font(Font.PLAIN, 13));
    styler.setAxisTickLabelsFont(font(Font.PLAIN, 12));
    styler.setAxisTickLabelsColor(FAINT);
    styler.setAxisTickMarksColor(GRID);
    styler.setLegendPosition(LegendPosition.OutsideS);
    styler.setLegendLayout(LegendLayout.Horizontal);
    styler.setLegendBorderColor(Color.WHITE);
    styler.setLegendFont(font(Font.PLAIN, 13));
    styler.setMarkerSize(8);
  }

  static Font font(int style, int size) {
    return new Font(Font.SANS_SERIF, style, size);
  }
}
