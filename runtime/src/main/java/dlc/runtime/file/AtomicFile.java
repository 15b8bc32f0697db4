// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.file;

import dlc.base.Code;
import dlc.base.Reason;
import dlc.base.UserError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Writes a file so that at any moment either the old or the whole new content is there.
 *
 * <p>The content goes into a file beside the target, is flushed to the disk and then renamed; at
 * last the folder is flushed, so that the renaming outlives a loss of power. What is no file, such
 * as a pipe or {@code /dev/null}, is written to and stays what it is.
 */
public final class AtomicFile {

  /** Writes the content of a file. */
  @FunctionalInterface
  public interface Content {
    void writeTo(FileChannel channel) throws IOException;
  }

  private AtomicFile() {}

  /** Replaces {@code path} by what {@code content} writes; on any failure nothing changes. */
  public static void write(Path path, Content content) {
    Path target = followed(path);
    if (isNoFile(target)) {
      writeThrough(target, content);
      return;
    }
    Path temporary = beside(target);
    try {
      try (FileChannel channel =
          FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        content.writeTo(channel);
        channel.force(true);
      }
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      flushFolderOf(target);
    } catch (IOException failure) {
      throw unwritable(path, failure);
    } finally {
      deleteQuietly(temporary);
    }
  }

  /** Whether something is there that a renaming would put an end to: a device, a pipe. */
  private static boolean isNoFile(Path target) {
    return Files.exists(target) && !Files.isRegularFile(target);
  }

  private static void writeThrough(Path target, Content content) {
    try (FileChannel channel = FileChannel.open(target, StandardOpenOption.WRITE)) {
      content.writeTo(channel);
    } catch (IOException failure) {
      throw unwritable(target, failure);
    }
  }

  /** Replaces {@code path} by {@code content}; on any failure nothing changes. */
  public static void write(Path path, byte[] content) {
    write(path, channel -> Channels.write(channel, ByteBuffer.wrap(content)));
  }

  /** Finds out before a long run whether {@link #write} to {@code path} can succeed. */
  public static void requireWritable(Path path) {
    Path target = followed(path);
    if (isNoFile(target)) {
      return;
    }
    Path temporary = beside(target);
    try {
      Files.createFile(temporary);
    } catch (IOException failure) {
      throw unwritable(path, failure);
    } finally {
      deleteQuietly(temporary);
    }
  }

  /** A new name, too, is on the disk only when its folder is; not every system offers that. */
  private static void flushFolderOf(Path target) {
    try (FileChannel folder = FileChannel.open(target.getParent(), StandardOpenOption.READ)) {
      folder.force(true);
    } catch (IOException _) {
      // Where folders cannot be opened, the system flushes them with the files.
    }
  }

  private static Path followed(Path path) {
    if (Files.isDirectory(path)) {
      throw new UserError(Code.CANNOT_WRITE, path, "it is a folder")
          .help("give the name of a file");
    }
    try {
      return Files.exists(path) ? path.toRealPath() : path.toAbsolutePath();
    } catch (IOException failure) {
      throw unwritable(path, failure);
    }
  }

  private static Path beside(Path target) {
    String unique = Long.toHexString(System.nanoTime());
    return target.resolveSibling("." + target.getFileName() + "." + unique + ".tmp");
  }

  private static UserError unwritable(Path path, IOException failure) {
    Path folder = path.toAbsolutePath().getParent();
    return switch (failure) {
      case NoSuchFileException _ ->
          new UserError(Code.CANNOT_WRITE, path, "there is no folder " + folder)
              .help("make the folder first, or choose another place");
      case AccessDeniedException _ ->
          new UserError(Code.CANNOT_WRITE, path, "permission to write there is denied")
              .help("choose a folder that you may write to");
      case FileAlreadyExistsException _ ->
          new UserError(Code.CANNOT_WRITE, path, "something else writes it right now")
              .help("try again, or choose another place");
      default ->
          new UserError(Code.CANNOT_WRITE, path, Reason.of(failure))
              .help("choose another place, or make room on the disk");
    };
  }

  private static void deleteQuietly(Path temporary) {
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException _) {
      // A left-over temporary file harms nobody; the failure before it is what counts.
    }
  }
}
