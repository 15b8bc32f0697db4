// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.file;

/**
 * Bilinear resampling along one dimension, from {@code from} pixels to {@code to}.
 *
 * <p>A new pixel is a mean of the old ones around its place, with weights that fall linearly to 0
 * at a distance of one old pixel, or of one new pixel where that is larger. So each old pixel
 * counts, also when an image is made much smaller; it is what torchvision's Resize does.
 */
final class Resampling {

  private final int from;
  private final int to;
  private final int[] starts;
  private final float[][] weights;

  Resampling(int from, int to) {
    this.from = from;
    this.to = to;
    this.starts = new int[to];
    this.weights = new float[to][];
    double scale = (double) from / to;
    double reach = Math.max(scale, 1);
    for (int i = 0; i < to; i++) {
      double center = (i + 0.5) * scale;
      int start = Math.max(0, (int) (center - reach + 0.5));
      int end = Math.min(from, (int) (center + reach + 0.5));
      starts[i] = start;
      weights[i] = weights(start, end, center, reach);
    }
  }

  private static float[] weights(int start, int end, double center, double reach) {
    float[] weights = new float[end - start];
    double sum = 0;
    for (int i = start; i < end; i++) {
      sum += weight(i, center, reach);
    }
    for (int i = start; i < end; i++) {
      weights[i - start] = (float) (weight(i, center, reach) / sum);
    }
    return weights;
  }

  private static double weight(int pixel, double center, double reach) {
    return Math.max(0, 1 - Math.abs((pixel + 0.5 - center) / reach));
  }

  /** An image of {@code height} rows made as wide as is wanted. */
  float[] rows(float[] pixels, int height) {
    if (from == to) {
      return pixels;
    }
    float[] result = new float[height * to];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < to; x++) {
        result[y * to + x] = mean(pixels, y * from, 1, x);
      }
    }
    return result;
  }

  /** An image of {@code width} columns made as high as is wanted. */
  float[] columns(float[] pixels, int width) {
    if (from == to) {
      return pixels;
    }
    float[] result = new float[to * width];
    for (int y = 0; y < to; y++) {
      for (int x = 0; x < width; x++) {
        result[y * width + x] = mean(pixels, x, width, y);
      }
    }
    return result;
  }

  private float mean(float[] pixels, int first, int step, int place) {
    float sum = 0;
    float[] own = weights[place];
    int at = first + starts[place] * step;
    for (float weight : own) {
      sum += weight * pixels[at];
      at += step;
    }
    return sum;
  }
}
