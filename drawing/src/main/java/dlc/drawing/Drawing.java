// SPDX-License-Identifier: Apache-2.0
package dlc.drawing;

import com.github.weisj.jsvg.SVGDocument;
import com.github.weisj.jsvg.parser.LoaderContext;
import com.github.weisj.jsvg.parser.SVGLoader;
import com.github.weisj.jsvg.view.ViewBox;
import dlc.base.Code;
import dlc.base.UserError;
import dlc.frontend.CheckedModel;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import javax.imageio.ImageIO;

/** A picture of a model: its layers with shapes and weights, in order, and what joins them. */
public final class Drawing {

  /** Pixels of a PNG for one of the SVG, so that letters are sharp. */
  private static final int SCALE = 2;

  /** No viewer likes larger ones. */
  private static final long MOST_PIXELS = 200_000_000;

  private final String name;
  private final Picture picture;
  private final String svg;

  private Drawing(String name, Picture picture) {
    this.name = name;
    this.picture = picture;
    this.svg = SvgWriter.write(picture);
  }

  /** Draws {@code model}. */
  public static Drawing of(CheckedModel model) {
    Network network = JoinRepeats.in(NetworkTracer.trace(model));
    return new Drawing(model.name(), PlaceNodes.of(network));
  }

  /** The picture as SVG. */
  public String svg() {
    return svg;
  }

  /** A page with the picture, to move about and to enlarge, that needs no other file. */
  public String html() {
    return page().replace("@NAME@", SvgWriter.escaped(name)).replace("@SVG@", svg);
  }

  private static String page() {
    try (InputStream stream = Drawing.class.getResourceAsStream("/dlc/drawing/page.html")) {
      if (stream == null) {
        throw new IllegalStateException("page.html is missing");
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /**
   * The picture as PNG, twice as large.
   *
   * @throws UserError when it is too large for that
   */
  public byte[] png() {
    long pixels = (long) (picture.width() * picture.height() * SCALE * SCALE);
    if (pixels > MOST_PIXELS) {
      throw new UserError(Code.CANNOT_WRITE, "the picture", "it is too large for a PNG")
          .help("SVG and HTML have no such limit");
    }
    SVGDocument document =
        new SVGLoader()
            .load(
                new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)),
                null,
                LoaderContext.createDefault());
    if (document == null) {
      throw new IllegalStateException("the drawing of " + name + " is no SVG");
    }
    int width = (int) Math.ceil(picture.width() * SCALE);
    int height = (int) Math.ceil(picture.height() * SCALE);
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    document.render(null, graphics, new ViewBox(0, 0, width, height));
    graphics.dispose();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "png", bytes);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    return bytes.toByteArray();
  }
}
