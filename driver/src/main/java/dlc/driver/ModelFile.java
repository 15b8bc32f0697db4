// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import dlc.base.Code;
import dlc.base.Reason;
import dlc.base.SourceFile;
import dlc.base.UserError;
import dlc.frontend.CheckedFile;
import dlc.frontend.FrontEnd;
import dlc.frontend.Imports;
import dlc.frontend.value.Steering;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;

/** A program without errors, and where it lies. */
public record ModelFile(Path path, CheckedFile checked) {

  /** Larger files are no programs. */
  private static final long MOST_BYTES = 64L << 20;

  /**
   * Reads and checks the program at {@code path}.
   *
   * @param params new values for its params
   * @throws dlc.base.CompilationFailed with all of its errors
   */
  public static ModelFile load(Path path, Map<String, String> params) {
    return load(path, params, Steering.NONE);
  }

  /** The same; what follows from the params of {@code steering} is found out. */
  static ModelFile load(Path path, Map<String, String> params, Steering steering) {
    return new ModelFile(path, FrontEnd.check(source(path), Imports.files(), params, steering));
  }

  /** The text at {@code path}. */
  public static SourceFile source(Path path) {
    try {
      if (Files.isDirectory(path)) {
        throw new UserError(Code.CANNOT_READ, path, "it is a folder")
            .help("give the name of a .dl file");
      }
      if (Files.size(path) > MOST_BYTES) {
        throw new UserError(Code.CANNOT_READ, path, "it is too large for a program")
            .help("programs are short texts; is this a data file?");
      }
      return new SourceFile(path.toString(), Files.readString(path, StandardCharsets.UTF_8));
    } catch (NoSuchFileException _) {
      throw new UserError(Code.CANNOT_READ, path, "there is no such file")
          .help("check the name; relative names start at the current folder");
    } catch (MalformedInputException _) {
      throw new UserError(Code.CANNOT_READ, path, "it is not UTF-8 text")
          .help("save the program as UTF-8");
    } catch (IOException failure) {
      throw new UserError(Code.CANNOT_READ, path, Reason.of(failure))
          .help("check that you may read the file");
    }
  }

  /** The folder that holds the file. */
  Path folder() {
    Path parent = path.toAbsolutePath().getParent();
    return parent == null ? path.toAbsolutePath() : parent;
  }
}
