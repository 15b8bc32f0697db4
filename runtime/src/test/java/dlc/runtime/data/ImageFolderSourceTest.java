// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlc.base.UserError;
import dlc.ir.DType;
import dlc.ir.TensorType;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders of images, one for each class. */
final class ImageFolderSourceTest {

  @TempDir Path folder;

  @BeforeEach
  void paint() throws IOException {
    paint("train/red/1.png", Color.RED, 8, 4);
    paint("train/red/2.png", Color.RED, 2, 2);
    paint("train/blue/x.png", Color.BLUE, 8, 8);
    paint("train/blue/y.jpg", Color.BLUE, 8, 8);
    Files.writeString(folder.resolve("train/blue/notes.txt"), "no image");
    Files.createDirectories(folder.resolve("train/.hidden"));
  }

  @Test
  void aFolderIsAClassAndAnImageIsScaled() {
    Dataset all = load("train", Map.of("size", List.of(4L, 6L)));
    assertThat(all.classes()).containsExactly("blue", "red");
    assertThat(all.inputs().getFirst().type()).isEqualTo(TensorType.of(DType.U8, 3, 4, 6));
    assertThat(Requests.labels(all)).containsExactly(0, 0, 1, 1);
    assertThat(all.place(2)).endsWith("1.png");
    Column images = all.inputs().getFirst();
    for (int sample : new int[] {0, 2, 3}) {
      int bright = sample == 0 ? 2 : 0;
      for (int i = 0; i < 72; i++) {
        assertThat(images.at(sample * 72L + i)).isEqualTo(i / 24 == bright ? 255 : 0);
      }
    }
  }

  @Test
  void greyIsTheBrightnessOfColors() {
    Dataset all = load("train", Map.of("size", List.of(1L, 1L), "channels", 1L));
    assertThat(all.inputs().getFirst().at(2)).isEqualTo(Math.round(0.299 * 255));
  }

  @Test
  void testImagesHaveTheClassesOfTheTrainingImages() throws IOException {
    paint("test/red/1.png", Color.RED, 8, 8);
    SourceSpec training = spec("train", Map.of("size", List.of(8L, 8L)));
    SourceSpec both = training.withTest(spec("test", Map.of("size", List.of(8L, 8L))));
    Loaded loaded = Sources.load(Requests.of(both, folder));
    assertThat(Requests.labels(loaded.test().orElseThrow())).containsExactly(1);
    paint("test/green/1.png", Color.GREEN, 8, 8);
    assertThatThrownBy(() -> Sources.load(Requests.of(both, folder)))
        .hasMessageContaining("the training part has no such class");
  }

  @Test
  void saysWhichImageIsWrong() throws IOException {
    assertThatThrownBy(() -> load("train", Map.of()))
        .hasMessageContaining("the first image is 8×8")
        .satisfies(
            error ->
                assertThat(((UserError) error).help().orElseThrow())
                    .contains("size=[height, width]"));
    assertThatThrownBy(() -> load("train", Map.of("size", List.of(8L))))
        .hasMessageContaining("size is [8]");
    Files.writeString(folder.resolve("train/red/3.png"), "not an image");
    assertThatThrownBy(() -> load("train", Map.of("size", List.of(8L, 8L))))
        .hasMessageContaining("3.png: it is not an image that dlc can read");
    Files.createDirectories(folder.resolve("empty/a"));
    assertThatThrownBy(() -> load("empty", Map.of())).hasMessageContaining("holds no samples");
  }

  private Dataset load(String dir, Map<String, Object> named) {
    DataRequest request = Requests.of(spec(dir, named), folder);
    return new ImageFolderSource().load(request.source(), request).training();
  }

  private static SourceSpec spec(String dir, Map<String, Object> named) {
    return SourceSpec.of("image_folder", List.of(dir), named);
  }

  private void paint(String name, Color color, int width, int height) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(color);
    graphics.fillRect(0, 0, width, height);
    graphics.dispose();
    ImageIO.write(image, name.substring(name.lastIndexOf('.') + 1), file.toFile());
  }
}
