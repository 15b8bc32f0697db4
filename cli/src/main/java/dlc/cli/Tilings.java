// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import dlc.driver.profile.TilingFile;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;

/** The tilings that commands compile with. */
final class Tilings {

  private Tilings() {}

  /** The file that the variable {@code DLC_TILINGS} names. */
  static Optional<Path> path() {
    return Optional.ofNullable(System.getenv("DLC_TILINGS"))
        .filter(text -> !text.isEmpty())
        .map(Path::of);
  }

  /** What was tuned on this machine; what is wrong with the file is said. */
  static TilingFile read(PrintWriter messages) {
    TilingFile file = TilingFile.read(path().orElseGet(CacheFolder::tilings));
    file.warnings().forEach(warning -> messages.println("note: " + warning));
    return file;
  }
}
