// SPDX-License-Identifier: Apache-2.0
package dlc.report.plot;

import de.erichseifert.vectorgraphics2d.Processors;
import de.erichseifert.vectorgraphics2d.VectorGraphics2D;
import de.erichseifert.vectorgraphics2d.util.PageSize;
import dlc.runtime.file.AtomicFile;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * Something that can be drawn, of a size in points.
 *
 * @param painter draws it with whichever pen
 */
record Drawing(int width, int height, Consumer<Graphics2D> painter) {

  /** Pixels of a PNG for each point, for screens that have so many. */
  private static final int DENSITY = 2;

  /** Files a quarter larger than the smallest, in half the time; a run waits for them. */
  private static final float FAST = 0.8f;

  /** Writes {@code name.png} and {@code name.svg}. */
  void write(Path folder, String name) throws IOException {
    write(folder.resolve(name + ".png"));
    write(folder.resolve(name + ".svg"));
  }

  /** Writes {@code path}, an SVG where its name ends so, else a PNG. */
  void write(Path path) throws IOException {
    AtomicFile.write(path, path.toString().endsWith(".svg") ? svg() : png());
  }

  private byte[] svg() throws IOException {
    VectorGraphics2D pen = new VectorGraphics2D();
    painter.accept(pen);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    Processors.get("svg")
        .getDocument(pen.getCommands(), new PageSize(0, 0, width, height))
        .writeTo(file);
    return file.toByteArray();
  }

  private byte[] png() throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
    try (ImageOutputStream stream = new MemoryCacheImageOutputStream(file)) {
      ImageWriteParam fast = writer.getDefaultWriteParam();
      fast.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      fast.setCompressionQuality(FAST);
      writer.setOutput(stream);
      writer.write(null, new IIOImage(image(), null, null), fast);
    } finally {
      writer.dispose();
    }
    return file.toByteArray();
  }

  private BufferedImage image() {
    BufferedImage image =
        new BufferedImage(DENSITY * width, DENSITY * height, BufferedImage.TYPE_INT_RGB);
    Graphics2D pen = image.createGraphics();
    try {
      pen.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
      pen.setRenderingHint(
          RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
      pen.scale(DENSITY, DENSITY);
      painter.accept(pen);
    } finally {
      pen.dispose();
    }
    return image;
  }
}
