// SPDX-License-Identifier: Apache-2.0
package dlc.report;

import dlc.ir.DType;
import dlc.runtime.data.Column;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Samples of the shape {@code [1, h, w]}, {@code [3, h, w]} or {@code [h, w]} as PNG images. */
final class SamplePicture {

  private static final int LARGEST = 1024;
  private static final int BRIGHTEST = 255;

  private SamplePicture() {}

  /** Whether samples of {@code column} look like images. */
  static boolean isImage(Column column) {
    List<Integer> dims = column.type().dims();
    int rank = dims.size();
    boolean hasChannels = rank == 3 && (dims.getFirst() == 1 || dims.getFirst() == 3);
    return column.type().dtype() != DType.BOOL
        && (hasChannels || rank == 2)
        && Math.min(dims.get(rank - 1), dims.get(rank - 2)) > 3
        && Math.max(dims.get(rank - 1), dims.get(rank - 2)) <= LARGEST;
  }

  /** Row {@code row} as a PNG file; brightness outside of 0 to 1 is stretched into it. */
  static byte[] png(Column column, int row) {
    List<Integer> dims = column.type().dims();
    int height = dims.get(dims.size() - 2);
    int width = dims.getLast();
    long plane = (long) height * width;
    long elements = column.type().elements();
    long start = row * elements;
    double low = 0;
    double high = 1;
    for (long i = 0; i < elements; i++) {
      low = Math.min(low, column.asFloat(start + i));
      high = Math.max(high, column.asFloat(start + i));
    }
    long step = elements == 3 * plane ? plane : 0;
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < plane; i++) {
      int color = 0;
      for (int channel = 0; channel < 3; channel++) {
        double value = column.asFloat(start + i + channel * step);
        color = color << 8 | (int) Math.round(BRIGHTEST * (value - low) / (high - low));
      }
      image.setRGB(i % width, i / width, color);
    }
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try (ImageOutputStream stream = new MemoryCacheImageOutputStream(file)) {
      ImageIO.write(image, "png", stream);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    return file.toByteArray();
  }
}
