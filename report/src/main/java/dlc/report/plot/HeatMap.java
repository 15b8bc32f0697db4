// SPDX-License-Identifier: Apache-2.0
package dlc.report.plot;

import dlc.report.Run;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;
import java.awt.geom.RoundRectangle2D;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * A confusion matrix whose cells are the darker the more samples of their row they hold; mistakes
 * have another color.
 */
record HeatMap(List<String> classes, List<List<Long>> counts) {

  private static final int LARGEST_CELL = 46;
  private static final int SMALLEST_CELL = 10;
  private static final int LARGEST_MATRIX = 760;
  private static final int MARGIN = 30;
  private static final int TITLE = 74;
  private static final int LETTER = 7;
  private static final int LONGEST_NAME = 18;
  private static final Color EMPTY = new Color(0xeceef2);

  HeatMap {
    classes = List.copyOf(classes);
    counts = counts.stream().map(List::copyOf).toList();
  }

  /** The matrix of {@code run}, if it has one. */
  static Optional<HeatMap> of(Run run) {
    return run.results()
        .map(results -> results.path("confusion"))
        .filter(JsonNode::isObject)
        .map(
            matrix ->
                new HeatMap(
                    matrix.path("classes").valueStream().map(HeatMap::name).toList(),
                    matrix
                        .path("counts")
                        .valueStream()
                        .map(row -> row.valueStream().map(JsonNode::asLong).toList())
                        .toList()));
  }

  private static String name(JsonNode node) {
    String name = node.asString("");
    return name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME - 1) + "…";
  }

  Drawing drawing() {
    int side = classes.size() * cell();
    int names = names();
    int width = Math.max(380, MARGIN + names + side + MARGIN);
    return new Drawing(width, TITLE + nameHeight() + side + MARGIN, this::paint);
  }

  private int cell() {
    return Math.clamp(LARGEST_MATRIX / Math.max(1, classes.size()), SMALLEST_CELL, LARGEST_CELL);
  }

  private int longest() {
    return classes.stream().mapToInt(String::length).max().orElse(1);
  }

  private int names() {
    return Math.max(50, LETTER * longest() + 16);
  }

  private boolean areTurned() {
    return LETTER * longest() > cell();
  }

  private int nameHeight() {
    return areTurned() ? LETTER * longest() + 12 : 22;
  }

  private void paint(Graphics2D pen) {
    Drawing whole = drawing();
    pen.setColor(Color.WHITE);
    pen.fill(new Rectangle2D.Double(0, 0, whole.width(), whole.height()));
    pen.setColor(PlotFiles.INK);
    pen.setFont(PlotFiles.font(Font.BOLD, 17));
    draw(pen, "Confusion matrix", MARGIN, 36);
    pen.setFont(PlotFiles.font(Font.PLAIN, 12));
    pen.setColor(PlotFiles.FAINT);
    draw(pen, "rows are actual classes, columns what they were taken for", MARGIN, 56);
    for (int row = 0; row < classes.size(); row++) {
      paintNames(pen, row);
      paintRow(pen, row);
    }
  }

  private void paintNames(Graphics2D pen, int number) {
    int cell = cell();
    String name = classes.get(number);
    double middle = (number + 0.5) * cell;
    double left = MARGIN + names();
    double top = TITLE + nameHeight();
    pen.setFont(PlotFiles.font(Font.PLAIN, Math.min(12, cell)));
    pen.setColor(PlotFiles.INK);
    drawCentered(pen, name, left - 8 - width(pen, name) / 2, top + middle);
    if (areTurned()) {
      double x = left + middle + 4;
      pen.rotate(-Math.PI / 2, x, top - 6);
      draw(pen, name, x, top - 6);
      pen.rotate(Math.PI / 2, x, top - 6);
    } else {
      drawCentered(pen, name, left + middle, top - 10);
    }
  }

  private void paintRow(Graphics2D pen, int row) {
    int cell = cell();
    long all = counts.get(row).stream().mapToLong(Long::longValue).sum();
    for (int column = 0; column < classes.size(); column++) {
      long count = counts.get(row).get(column);
      double left = MARGIN + names() + column * cell;
      double top = TITLE + nameHeight() + row * cell;
      double strength = count == 0 ? 0 : 0.14 + 0.86 * Math.sqrt((double) count / all);
      Color full = row == column ? PlotFiles.TRAINING : PlotFiles.VALIDATION;
      pen.setColor(between(EMPTY, full, strength));
      pen.fill(new RoundRectangle2D.Double(left + 1, top + 1, cell - 2, cell - 2, 6, 6));
      if (count > 0 && cell > 24) {
        pen.setColor(strength > 0.6 ? Color.WHITE : PlotFiles.INK);
        pen.setFont(PlotFiles.font(Font.PLAIN, count > 9999 ? 9 : 12));
        drawCentered(pen, String.valueOf(count), left + cell / 2.0, top + cell / 2.0);
      }
    }
  }

  private static double width(Graphics2D pen, String text) {
    return pen.getFontMetrics().getStringBounds(text, pen).getWidth();
  }

  private static void drawCentered(Graphics2D pen, String text, double x, double y) {
    draw(pen, text, x - width(pen, text) / 2, y + pen.getFont().getSize2D() * 0.36);
  }

  /** Outlines look the same in each format, whatever fonts its reader has. */
  private static void draw(Graphics2D pen, String text, double x, double y) {
    pen.fill(
        pen.getFont()
            .createGlyphVector(pen.getFontRenderContext(), text)
            .getOutline((float) x, (float) y));
  }

  private static Color between(Color from, Color to, double share) {
    return new Color(
        mixed(from.getRed(), to.getRed(), share),
        mixed(from.getGreen(), to.getGreen(), share),
        mixed(from.getBlue(), to.getBlue(), share));
  }

  private static int mixed(int from, int to, double share) {
    return (int) Math.round(from + (to - from) * share);
  }
}
