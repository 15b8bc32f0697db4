// SPDX-License-Identifier: Apache-2.0
package dlc.drawing;

import dlc.drawing.Lettering.Line;
import dlc.drawing.Network.Node;
import dlc.drawing.Picture.Box;
import dlc.drawing.Picture.Point;
import dlc.drawing.Picture.Route;
import java.util.List;
import java.util.Locale;

/** Writes a picture as SVG that needs nothing else, neither fonts nor style sheets. */
final class SvgWriter {

  private static final String FONT = "DejaVu Sans, Helvetica, Arial, sans-serif";
  private static final double CORNER = 7;
  private static final double BEND = 8;

  private final StringBuilder text = new StringBuilder();

  private SvgWriter() {}

  static String write(Picture picture) {
    SvgWriter writer = new SvgWriter();
    writer.picture(picture);
    return writer.text.toString();
  }

  private void picture(Picture picture) {
    add(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%1$.0f\" height=\"%2$.0f\""
            + " viewBox=\"0 0 %1$.0f %2$.0f\" font-family=\"%3$s\">\n",
        picture.width(), picture.height(), FONT);
    String name = escaped(picture.network().name());
    add("<title>%s</title>\n", name);
    add("<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>\n");
    words(24, 28, "start", 16, true, "#222222", name);
    words(24, 46, "start", 11, false, "#666666", Lettering.count(picture.network().weights()));
    picture.boxes().stream().filter(box -> box.node().isGroup()).forEach(this::group);
    picture.routes().forEach(this::route);
    picture.boxes().stream().filter(box -> box.node().isGroup()).forEach(this::heading);
    picture.boxes().stream().filter(box -> !box.node().isGroup()).forEach(this::box);
    text.append("</svg>\n");
  }

  private void group(Box box) {
    Node node = box.node();
    open(box);
    if (node.times() > 1) {
      // A second edge behind says at a glance that there are several.
      frame(box, 5, "4 3");
    }
    frame(box, 0, "");
    text.append("</g>\n");
  }

  /** What a group is called; lines that cross these words pass behind them. */
  private void heading(Box box) {
    Node node = box.node();
    String name = Lettering.heading(node);
    String times = node.times() > 1 ? "   ×" + node.times() : "";
    String remark = Lettering.remark(node) + times;
    double width = new Line(remark, "small").width();
    double right = box.x() + box.width() - 12;
    behind(box.x() + 10, box.y() + 6, new Line(name, "title").width());
    behind(right - width, box.y() + 6, width + 2);
    words(box.x() + 12, box.y() + 19, "start", 12, true, "#444c59", escaped(name));
    words(right, box.y() + 19, "end", 11, !times.isEmpty(), "#666666", escaped(remark));
  }

  private void behind(double x, double y, double width) {
    add(
        "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"18\" fill=\"%s\"/>\n",
        x, y, width, Family.GROUP.fill());
  }

  private void frame(Box box, double shift, String dashes) {
    add(
        "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"10\" fill=\"%s\""
            + " stroke=\"%s\"%s/>\n",
        box.x() + shift,
        box.y() + shift,
        box.width(),
        box.height(),
        Family.GROUP.fill(),
        Family.GROUP.line(),
        dashes.isEmpty() ? "" : " stroke-dasharray=\"" + dashes + "\"");
  }

  private void box(Box box) {
    Node node = box.node();
    open(box);
    boolean isRound = node.family() == Family.JOIN || node.family() == Family.PORT;
    add(
        "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"%.1f\" fill=\"%s\""
            + " stroke=\"%s\" stroke-width=\"1.2\"/>\n",
        box.x(),
        box.y(),
        box.width(),
        box.height(),
        isRound ? box.height() / 2 : CORNER,
        node.family().fill(),
        node.family().line());
    List<Line> lines = Lettering.of(node);
    double y = box.y() + box.height() / 2 - (lines.size() - 1) * Lettering.LINE / 2.0 + 4.5;
    for (Line line : lines) {
      boolean isSmall = line.style().equals("small");
      words(
          box.x() + box.width() / 2,
          y,
          "middle",
          isSmall ? 11 : Lettering.SIZE,
          line.style().equals("label"),
          isSmall ? "#555555" : "#222222",
          escaped(line.text()));
      y += Lettering.LINE;
    }
    text.append("</g>\n");
  }

  private void open(Box box) {
    Node node = box.node();
    add("<g class=\"%s\" id=\"%s\">", node.family().id(), node.id());
    String more = Lettering.remark(node);
    add(
        "<title>%s</title>\n",
        escaped(Lettering.heading(node) + (more.isEmpty() ? "" : "\n" + more)));
  }

  /** A line with rounded bends, and an arrow at its end. */
  private void route(Route route) {
    List<Point> points = route.points();
    if (points.size() < 2) {
      return;
    }
    StringBuilder path = new StringBuilder();
    path.append(at("M", points.getFirst()));
    for (int i = 1; i < points.size() - 1; i++) {
      Point bend = points.get(i);
      path.append(at(" L", towards(bend, points.get(i - 1))));
      path.append(at(" Q", bend)).append(at(" ", towards(bend, points.get(i + 1))));
    }
    Point end = points.getLast();
    Point before = points.get(points.size() - 2);
    double length = Math.max(1e-6, Math.hypot(end.x() - before.x(), end.y() - before.y()));
    double dx = (end.x() - before.x()) / length;
    double dy = (end.y() - before.y()) / length;
    path.append(at(" L", new Point(end.x() - 5 * dx, end.y() - 5 * dy)));
    add(
        "<path class=\"line\" data-from=\"%s\" data-to=\"%s\" d=\"%s\" fill=\"none\""
            + " stroke=\"#7a828e\" stroke-width=\"1.4\"/>\n",
        route.from(), route.to(), path);
    add(
        "<path d=\"%s%s%s Z\" fill=\"#7a828e\"/>\n",
        at("M", end),
        at(" L", new Point(end.x() - 8 * dx - 3.6 * dy, end.y() - 8 * dy + 3.6 * dx)),
        at(" L", new Point(end.x() - 8 * dx + 3.6 * dy, end.y() - 8 * dy - 3.6 * dx)));
  }

  private static Point towards(Point from, Point to) {
    double length = Math.hypot(to.x() - from.x(), to.y() - from.y());
    double part = length < 1e-6 ? 0 : Math.min(BEND, length / 2) / length;
    return new Point(from.x() + part * (to.x() - from.x()), from.y() + part * (to.y() - from.y()));
  }

  private static String at(String command, Point point) {
    return String.format(Locale.ROOT, "%s%.1f %.1f", command, point.x(), point.y());
  }

  private void words(
      double x, double y, String anchor, int size, boolean isBold, String color, String words) {
    add(
        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" font-size=\"%d\"%s fill=\"%s\">%s</text>\n",
        x, y, anchor, size, isBold ? " font-weight=\"bold\"" : "", color, words);
  }

  private void add(String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values));
  }

  static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
  }
}
