// SPDX-License-Identifier: Apache-2.0
package dlc.report.profile;

import dlc.runtime.file.Text;
import dlc.runtime.profile.KernelRow;
import dlc.runtime.profile.Profile;
import java.util.List;

/**
 * The roofline plot of a profile: for each kernel the operations it does for each byte, and how
 * many it does in a second, below what memory and arithmetic allow. Both axes are logarithmic, and
 * the area of a point is the kernel's time.
 */
final class Roofline {

  private static final int WIDTH = 900;
  private static final int HEIGHT = 440;
  private static final int LEFT = 70;
  private static final int RIGHT = 20;
  private static final int TOP = 20;
  private static final int BOTTOM = 50;

  private final Profile profile;
  private final List<KernelRow> rows;
  private final int lowX;
  private final int highX;
  private final int lowY;
  private final int highY;
  private final Svg svg = new Svg(WIDTH, HEIGHT, "roofline");

  private Roofline(Profile profile) {
    this.profile = profile;
    this.rows = profile.byKernel().stream().filter(row -> row.flops() > 0).toList();
    Profile.Peak peak = profile.peak();
    double ridge = peak.flops() / peak.bytes();
    double least = rows.stream().mapToDouble(KernelRow::intensity).min().orElse(ridge);
    double most = rows.stream().mapToDouble(KernelRow::intensity).max().orElse(ridge);
    double slowest = rows.stream().mapToDouble(KernelRow::flopRate).min().orElse(peak.flops());
    this.lowX = (int) Math.floor(Math.log10(Math.min(least, ridge / 10)));
    this.highX = (int) Math.ceil(Math.log10(Math.max(most, ridge * 10)));
    this.lowY = (int) Math.floor(Math.log10(Math.min(slowest, peak.flops() / 100)));
    this.highY = (int) Math.ceil(Math.log10(peak.flops() * 1.05));
  }

  static String of(Profile profile) {
    return new Roofline(profile).draw();
  }

  private String draw() {
    grid();
    Profile.Peak peak = profile.peak();
    roof("roof", peak.bytes(), "%.0f GB/s memory");
    roof("roof cached", peak.cacheBytes(), "%.0f GB/s second cache");
    svg.add(
        "<text class=\"note\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
        x(Math.pow(10, highX)) - 4,
        y(peak.flops()) - 6,
        Text.of("%.0f GFLOP/s", peak.flops() * 1e-9));
    double longest = rows.stream().mapToDouble(KernelRow::nanos).max().orElse(1);
    rows.forEach(row -> point(row, longest));
    return svg.finish();
  }

  /** The most that work can do whose bytes come at {@code bytes} a second. */
  private void roof(String style, double bytes, String note) {
    double flops = profile.peak().flops();
    double start = Math.max(Math.pow(10, lowX), Math.pow(10, lowY) / bytes);
    svg.add(
        "<polyline class=\"%s\" points=\"%.1f,%.1f %.1f,%.1f %.1f,%.1f\"/>",
        style,
        x(start),
        y(start * bytes),
        x(flops / bytes),
        y(flops),
        x(Math.pow(10, highX)),
        y(flops));
    svg.add(
        "<text class=\"note\" x=\"%.1f\" y=\"%.1f\">%s</text>",
        x(start) + 14, y(start * bytes) + 2, Text.of(note, bytes * 1e-9));
  }

  private void grid() {
    for (int power = lowX; power <= highX; power++) {
      double x = x(Math.pow(10, power));
      svg.add(
          "<line class=\"grid\" x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\"/>",
          x, TOP, x, HEIGHT - BOTTOM);
      svg.add(
          "<text class=\"tick\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>",
          x, HEIGHT - BOTTOM + 18, number(power));
    }
    for (int power = lowY; power <= highY; power++) {
      double y = y(Math.pow(10, power));
      svg.add(
          "<line class=\"grid\" x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\"/>",
          LEFT, y, WIDTH - RIGHT, y);
      svg.add(
          "<text class=\"tick\" x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
          LEFT - 6, y + 4, number(power - 9));
    }
    svg.add(
        "<text class=\"tick\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">FLOP per byte</text>",
        (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8);
    svg.add(
        "<text class=\"tick\" transform=\"translate(16 %d) rotate(-90)\""
            + " text-anchor=\"middle\">GFLOP/s</text>",
        (TOP + HEIGHT - BOTTOM) / 2);
  }

  private void point(KernelRow row, double longest) {
    svg.add(
        "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" fill=\"%s\"><title>%s</title></circle>",
        x(row.intensity()),
        y(row.flopRate()),
        3 + 13 * Math.sqrt(row.nanos() / longest),
        Svg.color(row.share(profile.peak())),
        Svg.escaped(
            Text.of(
                "%s\n%s\n%.2f µs, %.1f GFLOP/s, %.2f FLOP per byte",
                row.name(),
                String.join(" + ", row.ops()),
                row.nanos() * 1e-3,
                row.flopRate() * 1e-9,
                row.intensity())));
  }

  private static String number(int power) {
    return power >= 0
        ? Text.of("%,.0f", Math.pow(10, power))
        : Text.of("%." + -power + "f", Math.pow(10, power));
  }

  private double x(double intensity) {
    return LEFT + (WIDTH - LEFT - RIGHT) * (Math.log10(intensity) - lowX) / (highX - lowX);
  }

  private double y(double rate) {
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (Math.log10(rate) - lowY) / (highY - lowY);
  }
}
