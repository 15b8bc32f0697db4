// SPDX-License-Identifier: Apache-2.0
package dlc.opencl.device;

import dlc.base.UserError;
import dlc.runtime.file.AtomicFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Built programs on disk, by the text, options, device and driver that they were built of.
 *
 * <p>It only saves time: what cannot be read or written is built again.
 */
final class ProgramCache {

  private final Optional<Path> folder;

  ProgramCache(Optional<Path> folder) {
    this.folder = folder;
  }

  /**
   * What {@code device} uses. PoCL keeps what it builds by itself, and builds everything once more,
   * for groups of any size, when it is asked for what it built.
   */
  static ProgramCache of(DeviceInfo device) {
    return device.platformVersion().contains("PoCL")
        ? new ProgramCache(Optional.empty())
        : ofUser();
  }

  /** In the user's folder for what can be made again; nowhere where there is none. */
  private static ProgramCache ofUser() {
    String cache = System.getenv("XDG_CACHE_HOME");
    String home = System.getenv("HOME");
    if (cache != null && !cache.isEmpty()) {
      return new ProgramCache(Optional.of(Path.of(cache, "dlc", "opencl")));
    }
    return home == null || home.isEmpty()
        ? new ProgramCache(Optional.empty())
        : new ProgramCache(Optional.of(Path.of(home, ".cache", "dlc", "opencl")));
  }

  /** The name of what {@code text} becomes with {@code options} on {@code device}. */
  static String key(String text, String options, DeviceInfo device) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (String part :
          new String[] {text, options, device.name(), device.platformVersion(), device.driver()}) {
        digest.update(part.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
      }
      return HexFormat.of().formatHex(digest.digest(), 0, 16);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  Optional<byte[]> read(String key) {
    try {
      Optional<Path> file = folder.map(path -> path.resolve(key)).filter(Files::isRegularFile);
      return file.isPresent() ? Optional.of(Files.readAllBytes(file.get())) : Optional.empty();
    } catch (IOException _) {
      return Optional.empty();
    }
  }

  /** Whether anything is kept. */
  boolean isThere() {
    return folder.isPresent();
  }

  void write(String key, byte[] binary) {
    if (folder.isEmpty()) {
      return;
    }
    try {
      Files.createDirectories(folder.get());
      AtomicFile.write(
          folder.get().resolve(key), channel -> channel.write(ByteBuffer.wrap(binary)));
    } catch (IOException | UserError _) {
      // A full or read-only disk: the program is built again next time.
    }
  }
}
