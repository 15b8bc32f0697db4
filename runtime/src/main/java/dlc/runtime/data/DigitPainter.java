// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.data;

import dlc.runtime.data.RandomStream.Purpose;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Paints one digit: strokes with shaken points, turned, sheared, scaled and shifted, in ink of some
 * thickness and darkness, on slightly noisy paper.
 *
 * <p>Only sums, products, quotients and square roots of doubles are used, so that the same seed
 * gives the same bytes on every machine.
 */
final class DigitPainter {

  /** Height and width of an image. */
  static final int SIDE = 28;

  private static final int CURVE_STEPS = 4;
  private static final double PAPER_NOISE = 30;

  private final RandomStream random;
  private final double[] darkness = new double[SIDE * SIDE];
  private double xx;
  private double xy;
  private double yx;
  private double yy;
  private double shiftX;
  private double shiftY;
  private double radius;

  DigitPainter(int seed, int image) {
    this.random = new RandomStream(Purpose.DIGITS, seed, image);
  }

  /** Writes the image of {@code digit}, row by row, white on black. */
  void paint(int digit, MemorySegment pixels) {
    chooseHand();
    double[][][] styles = DigitStrokes.STYLES[digit];
    for (double[] stroke : styles[random.below(styles.length)]) {
      draw(stroke);
    }
    double ink = random.between(0.7, 1);
    for (int i = 0; i < darkness.length; i++) {
      double value = 255 * ink * darkness[i] + PAPER_NOISE * (random.uniform() - 0.3);
      pixels.set(ValueLayout.JAVA_BYTE, i, (byte) Math.max(0, Math.min(255, (int) value)));
    }
  }

  private void chooseHand() {
    double turn = random.between(-0.14, 0.14);
    double cos = (1 - turn * turn) / (1 + turn * turn);
    double sin = 2 * turn / (1 + turn * turn);
    double shear = random.between(-0.25, 0.25);
    double width = random.between(0.75, 1.1);
    double height = random.between(0.85, 1.1);
    xx = cos * width;
    xy = (cos * shear - sin) * height;
    yx = sin * width;
    yy = (sin * shear + cos) * height;
    shiftX = SIDE / 2.0 + random.between(-2.2, 2.2);
    shiftY = SIDE / 2.0 + random.between(-2.2, 2.2);
    radius = random.between(0.7, 1.5);
  }

  /** Draws a stroke, {x, y, x, y, …}; one of more than two points is a curve through them. */
  private void draw(double[] stroke) {
    int points = stroke.length / 2;
    double[] x = new double[points];
    double[] y = new double[points];
    for (int i = 0; i < points; i++) {
      double left = stroke[2 * i] - 10 + random.between(-0.8, 0.8);
      double top = stroke[2 * i + 1] - 10 + random.between(-0.8, 0.8);
      x[i] = xx * left + xy * top + shiftX;
      y[i] = yx * left + yy * top + shiftY;
    }
    int steps = points > 2 ? CURVE_STEPS : 1;
    for (int i = 0; i + 1 < points; i++) {
      double fromX = x[i];
      double fromY = y[i];
      for (int step = 1; step <= steps; step++) {
        double t = (double) step / steps;
        double toX = between(x, i, t);
        double toY = between(y, i, t);
        line(fromX, fromY, toX, toY);
        fromX = toX;
        fromY = toY;
      }
    }
  }

  /** The Catmull-Rom spline from point {@code i} to the next, at {@code t} in [0, 1]. */
  private static double between(double[] p, int i, double t) {
    double before = p[Math.max(i - 1, 0)];
    double after = p[Math.min(i + 2, p.length - 1)];
    double start = p[i];
    double end = p[i + 1];
    double square = 2 * before - 5 * start + 4 * end - after;
    double cube = 3 * start - before - 3 * end + after;
    return 0.5 * (2 * start + t * (end - before + t * (square + t * cube)));
  }

  /** Darkens the pixels around a line by how far they are covered. */
  private void line(double x1, double y1, double x2, double y2) {
    double reach = radius + 1;
    int left = clamp(Math.min(x1, x2) - reach);
    int right = clamp(Math.max(x1, x2) + reach);
    int top = clamp(Math.min(y1, y2) - reach);
    int bottom = clamp(Math.max(y1, y2) + reach);
    double dx = x2 - x1;
    double dy = y2 - y1;
    double length = Math.max(dx * dx + dy * dy, 1e-9);
    for (int row = top; row <= bottom; row++) {
      for (int column = left; column <= right; column++) {
        double px = column + 0.5 - x1;
        double py = row + 0.5 - y1;
        double t = Math.max(0, Math.min(1, (px * dx + py * dy) / length));
        double ex = px - t * dx;
        double ey = py - t * dy;
        double covered = radius + 0.5 - Math.sqrt(ex * ex + ey * ey);
        int at = row * SIDE + column;
        darkness[at] = Math.max(darkness[at], Math.min(1, covered));
      }
    }
  }

  private static int clamp(double value) {
    return Math.max(0, Math.min(SIDE - 1, (int) value));
  }
}
