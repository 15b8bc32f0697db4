// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import java.nio.file.Path;

/** Where dlc keeps, for the user who runs it, what it measured of this machine. */
final class CacheFolder {

  private CacheFolder() {}

  /** Names the folder for programs that run commands in their own process, such as tests. */
  static final String PROPERTY = "dlc.cache";

  /** {@code $XDG_CACHE_HOME/dlc}, or {@code ~/.cache/dlc}; it need not exist. */
  static Path path() {
    String given = System.getProperty(PROPERTY);
    if (given != null) {
      return Path.of(given);
    }
    String home = System.getenv("XDG_CACHE_HOME");
    return home == null || home.isEmpty()
        ? Path.of(System.getProperty("user.home"), ".cache", "dlc")
        : Path.of(home, "dlc");
  }

  /** What the processor can do at most. */
  static Path peaks() {
    return path().resolve("peaks.txt");
  }

  /** The tilings that were measured to be the fastest. */
  static Path tilings() {
    return path().resolve("tilings.txt");
  }
}
