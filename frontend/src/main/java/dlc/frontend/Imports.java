// SPDX-License-Identifier: Apache-2.0
package dlc.frontend;

import dlc.base.SourceFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where the files that a program imports come from. */
@FunctionalInterface
public interface Imports {

  /**
   * The file that {@code from} calls {@code path}; one file has one name, however it is reached.
   *
   * @throws IOException when it cannot be read
   */
  SourceFile load(SourceFile from, String path) throws IOException;

  /** Files of the file system, relative to the importing one. */
  static Imports files() {
    return (from, path) -> {
      Path file = Path.of(from.name()).resolveSibling(path).normalize();
      return new SourceFile(file.toString(), Files.readString(file));
    };
  }

  /** No files at all. */
  static Imports none() {
    return (_, path) -> {
      throw new IOException("imports are not available here: " + path);
    };
  }
}
