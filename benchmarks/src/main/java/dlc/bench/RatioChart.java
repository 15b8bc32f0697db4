// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.knowm.xchart.AnnotationLine;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.style.Styler;

/** The picture of how many times as fast as PyTorch dlc trains. */
final class RatioChart {

  private RatioChart() {}

  static void save(List<ModelRow> rows, String caption, Path file) throws IOException {
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(900)
            .height(420)
            .title("Training: dlc's speed over that of the fastest PyTorch, by model and batch")
            .xAxisTitle(caption)
            .yAxisTitle("ratio")
            .build();
    chart
        .getStyler()
        .setPlotGridVerticalLinesVisible(false)
        .setXAxisTickMarkSpacingHint(30)
        .setYAxisMin(0.0)
        .setChartBackgroundColor(Color.WHITE)
        .setLegendLayout(Styler.LegendLayout.Horizontal)
        .setLegendPosition(Styler.LegendPosition.OutsideS)
        .setAnnotationLineColor(Color.BLACK);
    List<String> cases = rows.stream().map(RatioChart::label).distinct().toList();
    for (int threads : rows.stream().map(ModelRow::threads).distinct().toList()) {
      chart.addSeries(threads(threads), cases, ratios(rows, cases, threads));
    }
    chart.addAnnotation(new AnnotationLine(1, false, false));
    ChartEncoder.saveChart(chart, file.toString(), "svg");
  }

  private static String label(ModelRow row) {
    return row.model() + " · " + row.batch();
  }

  private static String threads(int count) {
    return count == 1 ? "1 thread" : count + " threads";
  }

  /** A ratio for each case; 0 where there is none. */
  private static List<Double> ratios(List<ModelRow> rows, List<String> cases, int threads) {
    List<Double> ratios = new ArrayList<>();
    for (String label : cases) {
      ratios.add(
          rows.stream()
              .filter(row -> row.threads() == threads && label(row).equals(label))
              .mapToDouble(ModelRow::ratio)
              .findFirst()
              .orElse(0));
    }
    return ratios;
  }
}
