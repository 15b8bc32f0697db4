// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.file;

import static org.assertj.core.api.Assertions.assertThat;

import dlc.base.UserError;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Images as bytes of brightness. */
final class ImageFileTest {

  private static final int DAMAGES = 300;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"png", "jpg", "gif", "bmp"})
  void damagedImagesEndInOneComplaintOrInPixels(String format) throws IOException {
    Path file = folder.resolve("image." + format);
    Random random = new Random(1);
    BufferedImage image = new BufferedImage(9, 7, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 63; i++) {
      image.setRGB(i % 9, i / 9, random.nextInt(1 << 24));
    }
    assertThat(ImageIO.write(image, format, file.toFile())).isTrue();
    byte[] whole = Files.readAllBytes(file);
    assertThat(ImageFile.read(file).pixels(3, 7, 9)).hasSize(189);
    int complaints = 0;
    for (int i = 0; i < DAMAGES; i++) {
      byte[] damaged = whole.clone();
      // What says how large the image is lies at the front; larger ones take memory, not sense.
      int at = whole.length / 4 + random.nextInt(3 * whole.length / 4);
      damaged[at] = (byte) random.nextInt(256);
      Files.write(file, i % 10 == 0 ? Arrays.copyOf(damaged, at) : damaged);
      try {
        assertThat(ImageFile.read(file).pixels(1, 4, 4)).hasSize(16);
      } catch (UserError error) {
        complaints++;
        assertThat(error.getMessage()).startsWith(file + ": ");
      }
    }
    assertThat(complaints).isLessThan(DAMAGES);
  }
}
