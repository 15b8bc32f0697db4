// SPDX-License-Identifier: Apache-2.0
package dlc.testkit;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file system in memory, to be filled by a test, until it is closed. */
public final class SmallDisk implements AutoCloseable {

  private final Path place;

  private SmallDisk(Path place) {
    this.place = place;
  }

  /**
   * Mounts one at {@code place}, which is made where it is missing. The test is skipped, with what
   * the system says, where that is not allowed.
   *
   * @param options those of tmpfs, such as {@code size=48k} or {@code ro}
   */
  public static SmallDisk mount(Path place, String options) {
    try {
      Files.createDirectories(place);
      Process process = start("mount", "-t", "tmpfs", "-o", options, "tmpfs", place.toString());
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assumeTrue(process.waitFor() == 0, "no file system may be mounted here: " + said);
      return new SmallDisk(place);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted while mounting " + place, e);
    }
  }

  @Override
  public void close() {
    try {
      Process process = start("umount", place.toString());
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IllegalStateException("cannot unmount %s: %s".formatted(place, said));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted while unmounting " + place, e);
    }
  }

  private static Process start(String... command) throws IOException {
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }
}
