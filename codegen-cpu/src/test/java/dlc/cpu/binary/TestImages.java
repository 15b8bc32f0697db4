// SPDX-License-Identifier: Apache-2.0
package dlc.cpu.binary;

import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.WritableRaster;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/** Images of all kinds of pixels: smooth shapes with noise. */
final class TestImages {

  private TestImages() {}

  static List<BufferedImage> ofSize(int width, int height) {
    List<BufferedImage> images = new ArrayList<>();
    for (int type :
        List.of(
            BufferedImage.TYPE_INT_RGB,
            BufferedImage.TYPE_INT_ARGB,
            BufferedImage.TYPE_BYTE_GRAY,
            BufferedImage.TYPE_USHORT_GRAY,
            BufferedImage.TYPE_BYTE_BINARY,
            BufferedImage.TYPE_BYTE_INDEXED)) {
      images.add(new BufferedImage(width, height, type));
    }
    images.add(plain(width, height, ColorSpace.CS_sRGB, false, DataBuffer.TYPE_USHORT));
    images.add(plain(width, height, ColorSpace.CS_GRAY, true, DataBuffer.TYPE_BYTE));
    images.forEach(TestImages::paint);
    return images;
  }

  private static BufferedImage plain(int width, int height, int space, boolean hasAlpha, int type) {
    ColorModel model =
        new ComponentColorModel(
            ColorSpace.getInstance(space),
            hasAlpha,
            false,
            hasAlpha ? Transparency.TRANSLUCENT : Transparency.OPAQUE,
            type);
    return new BufferedImage(
        model, model.createCompatibleWritableRaster(width, height), false, null);
  }

  private static void paint(BufferedImage image) {
    Random random = new Random(image.getType());
    WritableRaster raster = image.getRaster();
    for (int i = 0; i < image.getWidth() * image.getHeight(); i++) {
      int x = i % image.getWidth();
      int y = i / image.getWidth();
      for (int band = 0; band < raster.getNumBands(); band++) {
        int values = 1 << raster.getSampleModel().getSampleSize(band);
        double wave = (Math.sin(0.3 * x + band) + Math.cos(0.2 * y + 2 * band)) / 4 + 0.5;
        int value = random.nextInt(4) == 0 ? random.nextInt(values) : (int) (wave * (values - 1));
        boolean isIndexed = image.getType() == BufferedImage.TYPE_BYTE_INDEXED;
        raster.setSample(x, y, band, isIndexed ? value % 200 : value);
      }
    }
  }

  /** The image as PNG and, where that has such pixels, as JPEG, each in one pass and in several. */
  static List<Path> write(BufferedImage image, Path folder, String name) throws IOException {
    List<Path> files = new ArrayList<>();
    boolean suitsJpeg =
        image.getType() == BufferedImage.TYPE_INT_RGB
            || image.getType() == BufferedImage.TYPE_BYTE_GRAY
            || image.getType() == BufferedImage.TYPE_BYTE_INDEXED;
    for (String format : suitsJpeg ? List.of("png", "jpg") : List.of("png")) {
      for (int mode : List.of(ImageWriteParam.MODE_DISABLED, ImageWriteParam.MODE_DEFAULT)) {
        Path file = folder.resolve(name + mode + "." + format);
        ImageWriter writer = ImageIO.getImageWritersByFormatName(format).next();
        ImageWriteParam how = writer.getDefaultWriteParam();
        how.setProgressiveMode(mode);
        try (ImageOutputStream stream = ImageIO.createImageOutputStream(file.toFile())) {
          writer.setOutput(stream);
          writer.write(null, new IIOImage(image, null, null), how);
        }
        writer.dispose();
        files.add(file);
      }
    }
    return files;
  }
}
