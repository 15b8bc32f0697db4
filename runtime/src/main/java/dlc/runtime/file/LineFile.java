// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.file;

import dlc.base.Code;
import dlc.base.Reason;
import dlc.base.UserError;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * A file that grows line by line while others read it.
 *
 * <p>A line is handed to the system before the next one comes. When that fails later than at the
 * beginning, a note says so once and nothing more is written: what the lines are about goes on.
 */
public final class LineFile implements AutoCloseable {

  private final Path path;
  private final Consumer<String> notes;
  private final Writer writer;
  private boolean isBroken;

  private LineFile(Path path, Consumer<String> notes, Writer writer) {
    this.path = path;
    this.notes = notes;
    this.writer = writer;
  }

  /** An empty file at {@code path}. */
  public static LineFile begin(Path path, Consumer<String> notes) {
    try {
      return new LineFile(path, notes, Files.newBufferedWriter(path));
    } catch (IOException failure) {
      throw new UserError(Code.CANNOT_WRITE, path, Reason.of(failure))
          .help("choose another folder for the report");
    }
  }

  /** The lines of the file at {@code path}; none where there is no such file. */
  public static List<String> lines(Path path) {
    try {
      return Files.exists(path) ? Files.readAllLines(path) : List.of();
    } catch (IOException failure) {
      throw new UserError(Code.CANNOT_READ, path, Reason.of(failure))
          .help("is it a file that dlc wrote?");
    }
  }

  public void add(String line) {
    if (isBroken) {
      return;
    }
    try {
      writer.write(line);
      writer.write('\n');
      writer.flush();
    } catch (IOException failure) {
      breakOff(failure);
    }
  }

  @Override
  public void close() {
    try {
      writer.close();
    } catch (IOException failure) {
      breakOff(failure);
    }
  }

  private void breakOff(IOException failure) {
    if (!isBroken) {
      notes.accept("cannot write %s: %s; training goes on".formatted(path, failure.getMessage()));
    }
    isBroken = true;
  }
}
