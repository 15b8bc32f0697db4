// SPDX-License-Identifier: Apache-2.0
package dlc.report.profile;

import dlc.runtime.file.Text;
import dlc.runtime.profile.KernelRow;
import dlc.runtime.profile.Profile;
import java.util.ArrayList;
import java.util.List;

/**
 * A step as a flame graph: the step, the lines of the program in the order in which they are
 * computed, and the kernels of each line. Widths are times, colors how near a kernel comes to what
 * the processor can do.
 */
final class Flame {

  private static final int WIDTH = 1200;
  private static final int ROW = 26;
  private static final double LETTER = 6.6;

  private final Profile profile;
  private final double whole;
  private final Svg svg = new Svg(WIDTH, 3 * ROW + 2, "flame");

  private Flame(Profile profile) {
    this.profile = profile;
    this.whole = profile.kernels().stream().mapToDouble(KernelRow::nanos).sum();
  }

  static String of(Profile profile) {
    return new Flame(profile).draw();
  }

  /** Kernels that follow each other and come from the same line. */
  private record Block(String place, String text, List<KernelRow> rows) {
    double nanos() {
      return rows.stream().mapToDouble(KernelRow::nanos).sum();
    }

    double share(Profile.Peak peak) {
      return rows.stream().mapToDouble(row -> row.nanos() * row.share(peak)).sum() / nanos();
    }
  }

  private String draw() {
    String title = "%s, batch %d".formatted(profile.entry(), profile.batch());
    frame(0, 0, whole, "#d8dde6", title, title + "\n" + time(whole));
    double start = 0;
    for (Block block : blocks()) {
      frame(
          1,
          start,
          block.nanos(),
          Svg.color(block.share(profile.peak())),
          block.text().isEmpty() ? block.place() : block.text(),
          "%s\n%s\n%s".formatted(block.place(), block.text(), time(block.nanos())));
      for (KernelRow row : block.rows()) {
        frame(
            2, start, row.nanos(), Svg.color(row.share(profile.peak())), row.name(), details(row));
        start += row.nanos();
      }
    }
    return svg.finish();
  }

  private List<Block> blocks() {
    List<Block> blocks = new ArrayList<>();
    for (KernelRow row : profile.byKernel()) {
      KernelRow.Part part =
          row.places().stream().findFirst().orElse(new KernelRow.Part("", "", 0, ""));
      if (blocks.isEmpty() || !blocks.getLast().place().equals(part.place())) {
        blocks.add(new Block(part.place(), part.text(), new ArrayList<>()));
      }
      blocks.getLast().rows().add(row);
    }
    return blocks;
  }

  private String details(KernelRow row) {
    return Text.of(
        "%s\n%s\n%s, %.1f GFLOP/s (%.0f %%), %.1f GB/s (%s)",
        row.calls() == 1 ? row.name() : row.name() + ", %,d calls".formatted(row.calls()),
        String.join(" + ", row.ops()),
        time(row.nanos()),
        row.flopRate() * 1e-9,
        100 * row.flopRate() / profile.peak().flops(),
        row.byteRate() * 1e-9,
        row.shareOfMemory(profile.peak()));
  }

  private String time(double nanos) {
    return Text.of("%.2f µs, %.1f %%", nanos * 1e-3, 100 * nanos / whole);
  }

  private void frame(int row, double start, double nanos, String color, String label, String hint) {
    double x = WIDTH * start / whole;
    double width = WIDTH * nanos / whole;
    int fits = (int) ((width - 6) / LETTER);
    String shown =
        fits < 3 ? "" : label.length() <= fits ? label : label.substring(0, fits - 1) + "…";
    svg.add(
        "<g class=\"frame\" data-x=\"%.4f\" data-w=\"%.4f\" data-label=\"%s\"><title>%s</title>"
            + "<rect x=\"%.3f\" y=\"%d\" width=\"%.3f\" height=\"%d\" fill=\"%s\"/>"
            + "<text x=\"%.3f\" y=\"%d\">%s</text></g>",
        x,
        width,
        Svg.escaped(label),
        Svg.escaped(hint),
        x,
        row * ROW + 1,
        Math.max(0.2, width - 0.6),
        ROW - 2,
        color,
        x + 3,
        row * ROW + 17,
        Svg.escaped(shown));
  }
}
