// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.file;

import dlc.base.Code;
import dlc.base.UserError;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import javax.imageio.stream.FileImageInputStream;
import javax.imageio.stream.ImageInputStream;

/**
 * An image as a model takes it: {@code [channels, height, width]} bytes of brightness, from a PNG,
 * JPEG, GIF or BMP file.
 *
 * <p>Three channels are red, green and blue; one is the brightness that they make together, by the
 * weights of ITU-R 601. What is transparent is black.
 */
public final class ImageFile {

  private static final Set<String> ENDINGS = Set.of("png", "jpg", "jpeg", "gif", "bmp");

  /** A file that is read faster whole than piece by piece. */
  private static final long SMALL = 1 << 15;

  /** How large an image is, in pixels. */
  public record Size(int height, int width) {}

  private final BufferedImage image;

  private ImageFile(BufferedImage image) {
    this.image = image;
  }

  /** Whether {@code name} ends as the names of images do. */
  public static boolean isNamedSo(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return ENDINGS.contains(lower.substring(lower.lastIndexOf('.') + 1));
  }

  public static ImageFile read(Path path) {
    try {
      return new ImageFile(
          ImageDecoders.ask(Files.readAllBytes(path), reader -> reader.read(0))
              .orElseThrow(() -> unknown(path)));
    } catch (IOException | RuntimeException failure) {
      throw damaged(path, failure);
    }
  }

  /** Height and width of an image, of whose file no more is read than they take. */
  public static Size size(Path path) {
    try {
      return size(path, reader -> new Size(reader.getHeight(0), reader.getWidth(0)))
          .orElseThrow(() -> unknown(path));
    } catch (IOException | RuntimeException failure) {
      throw damaged(path, failure);
    }
  }

  private static Optional<Size> size(Path path, ImageDecoders.Question<Size> question)
      throws IOException {
    if (Files.size(path) <= SMALL) {
      return ImageDecoders.ask(Files.readAllBytes(path), question);
    }
    try (ImageInputStream in = new FileImageInputStream(path.toFile())) {
      return ImageDecoders.ask(in, question);
    }
  }

  private static UserError unknown(Path path) {
    return new UserError(Code.DATA_MALFORMED, path, "it is not an image that dlc can read")
        .help("PNG, JPEG, GIF and BMP files are read");
  }

  /** Java's decoders end in exceptions of all kinds when a file is damaged. */
  private static UserError damaged(Path path, Exception failure) {
    return failure instanceof UserError known
        ? known
        : new UserError(Code.DATA_MALFORMED, path, "this image is damaged: " + failure.getMessage())
            .help("write it again, or leave it out");
  }

  public int height() {
    return image.getHeight();
  }

  public int width() {
    return image.getWidth();
  }

  /** The bytes of an image scaled to {@code height} and {@code width}, see {@link Resampling}. */
  public byte[] pixels(int channels, int height, int width) {
    byte[] levels = levels(channels);
    if (height == height() && width == width()) {
      return levels;
    }
    byte[] bytes = new byte[channels * height * width];
    Resampling across = new Resampling(width(), width);
    Resampling down = new Resampling(height(), height);
    for (int channel = 0; channel < channels; channel++) {
      float[] pixels = down.columns(across.rows(plane(levels, channel), height()), width);
      for (int i = 0; i < pixels.length; i++) {
        int rounded = Math.round(pixels[i]);
        bytes[channel * pixels.length + i] = (byte) Math.clamp(rounded, 0, 255);
      }
    }
    return bytes;
  }

  private float[] plane(byte[] levels, int channel) {
    float[] plane = new float[height() * width()];
    for (int i = 0; i < plane.length; i++) {
      plane[i] = levels[channel * plane.length + i] & 0xFF;
    }
    return plane;
  }

  /** All pixels as they are, channel after channel. */
  private byte[] levels(int channels) {
    int[] colors = colors();
    int size = colors.length;
    byte[] levels = new byte[channels * size];
    for (int i = 0; i < size; i++) {
      int color = colors[i] >>> 24 == 0 ? 0 : colors[i];
      int red = color >> 16 & 0xFF;
      int green = color >> 8 & 0xFF;
      int blue = color & 0xFF;
      if (channels == 1) {
        levels[i] = (byte) Math.round(0.299f * red + 0.587f * green + 0.114f * blue);
      } else {
        levels[i] = (byte) red;
        levels[size + i] = (byte) green;
        levels[2 * size + i] = (byte) blue;
      }
    }
    return levels;
  }

  private int[] colors() {
    if (isGray()) {
      return grays();
    }
    boolean isPlain =
        image.getType() == BufferedImage.TYPE_3BYTE_BGR
            && image.getRaster().getDataBuffer().getSize() == 3 * height() * width();
    return isPlain ? triples() : image.getRGB(0, 0, width(), height(), null, 0, width());
  }

  /** What {@code getRGB} gives, much faster, for the usual image: blue, green and red in turn. */
  private int[] triples() {
    byte[] bytes = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
    int[] colors = new int[height() * width()];
    for (int i = 0; i < colors.length; i++) {
      int blue = bytes[3 * i] & 0xFF;
      int green = bytes[3 * i + 1] & 0xFF;
      int red = bytes[3 * i + 2] & 0xFF;
      colors[i] = 0xFF000000 | red << 16 | green << 8 | blue;
    }
    return colors;
  }

  private boolean isGray() {
    ColorModel model = image.getColorModel();
    return model instanceof ComponentColorModel
        && model.getColorSpace().getType() == ColorSpace.TYPE_GRAY;
  }

  /**
   * The pixels of a gray image as the file has them. Java takes them for linear light and makes
   * them brighter; all other programs show them as they are.
   */
  private int[] grays() {
    Raster raster = image.getRaster();
    int most = (1 << image.getColorModel().getComponentSize(0)) - 1;
    int[] colors = new int[height() * width()];
    for (int i = 0; i < colors.length; i++) {
      int x = i % width();
      int y = i / width();
      int gray = (raster.getSample(x, y, 0) * 255 + most / 2) / most;
      boolean isClear = raster.getNumBands() > 1 && raster.getSample(x, y, 1) == 0;
      colors[i] = isClear ? 0 : 0xFF000000 | gray * 0x010101;
    }
    return colors;
  }
}
