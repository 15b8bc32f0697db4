// SPDX-License-Identifier: Apache-2.0
package dlc.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reasons name what is wrong with a file, and no class of Java. */
class ReasonTest {

  @TempDir private Path folder;

  private interface Action {
    void run() throws IOException;
  }

  private static String reason(Action action) {
    return Reason.of(catchThrowableOfType(IOException.class, action::run));
  }

  @Test
  void aMissingFileIsNamed() {
    Path missing = folder.resolve("missing");
    assertThat(reason(() -> Files.readString(missing))).isEqualTo("there is no " + missing);
  }

  @Test
  void aFileInPlaceOfAFolder() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "text");
    assertThat(reason(() -> Files.list(file).close())).isEqualTo(file + " is not a folder");
    assertThat(reason(() -> Files.createDirectories(file))).isEqualTo(file + " is there already");
    assertThat(reason(() -> Files.readString(file.resolve("below")))).isEqualTo("not a directory");
  }

  @Test
  void bytesThatAreNoText() throws IOException {
    Path file = Files.write(folder.resolve("bytes"), new byte[] {(byte) 0xff, (byte) 0xfe});
    assertThat(reason(() -> Files.readString(file))).isEqualTo("it is not UTF-8 text");
  }

  @Test
  void permissionAndWhatHasNoWords() {
    assertThat(Reason.of(new AccessDeniedException("/root/x")))
        .isEqualTo("permission is denied for /root/x");
    assertThat(Reason.of(new IOException("Broken pipe"))).isEqualTo("Broken pipe");
    assertThat(Reason.of(new IOException())).isEqualTo("IOException");
  }
}
