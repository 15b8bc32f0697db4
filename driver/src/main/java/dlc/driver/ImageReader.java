// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import dlc.base.Code;
import dlc.base.UserError;
import dlc.ir.DType;
import dlc.ir.TensorType;
import dlc.runtime.data.Column;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/** Reads an image file as {@code [channels, height, width]} bytes of the size that is wanted. */
final class ImageReader {

  private ImageReader() {}

  /** The image at {@code path}, scaled to the height and width of {@code type}. */
  static Column read(Path path, String name, TensorType type) {
    boolean fits = type.rank() == 3 && (type.dim(0) == 1 || type.dim(0) == 3);
    if (!fits || !type.dtype().isFloat()) {
      throw new UserError(
              Code.DATA_SHAPE,
              path,
              "an image is [1, h, w] or [3, h, w], the model's input '%s' is %s"
                  .formatted(name, type))
          .help("give a .npy array");
    }
    BufferedImage image = scaled(load(path), type.dim(2), type.dim(1));
    byte[] bytes = new byte[(int) type.elements()];
    int pixels = type.dim(1) * type.dim(2);
    for (int i = 0; i < pixels; i++) {
      int rgb = image.getRGB(i % type.dim(2), i / type.dim(2));
      int red = rgb >> 16 & 0xFF;
      int green = rgb >> 8 & 0xFF;
      int blue = rgb & 0xFF;
      if (type.dim(0) == 1) {
        bytes[i] = (byte) Math.round(0.299f * red + 0.587f * green + 0.114f * blue);
      } else {
        bytes[i] = (byte) red;
        bytes[pixels + i] = (byte) green;
        bytes[2 * pixels + i] = (byte) blue;
      }
    }
    return new Column(name, type.withDType(DType.U8), MemorySegment.ofArray(bytes));
  }

  private static BufferedImage load(Path path) {
    try {
      BufferedImage image = ImageIO.read(path.toFile());
      if (image == null) {
        throw new UserError(Code.DATA_MALFORMED, path, "it is not an image that dlc can read")
            .help("PNG, JPEG, GIF and BMP files are read");
      }
      return image;
    } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException failure) {
      throw new UserError(Code.DATA_MALFORMED, path, String.valueOf(failure.getMessage()))
          .help("the file is damaged: write it again");
    }
  }

  private static BufferedImage scaled(BufferedImage image, int width, int height) {
    if (image.getWidth() == width && image.getHeight() == height) {
      return image;
    }
    BufferedImage result = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = result.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
    graphics.drawImage(image, 0, 0, width, height, null);
    graphics.dispose();
    return result;
  }
}
