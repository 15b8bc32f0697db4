// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.file;

import dlc.base.Code;
import dlc.base.Reason;
import dlc.base.UserError;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * A file that is read from front to back, plain or gzip.
 *
 * <p>It never takes memory for bytes that are not there: a plain file's length is compared first,
 * what is compressed is read into memory that grows with it. Long parts of plain files are mapped:
 * the system reads them when they are needed and may forget them again, so that they may be larger
 * than memory.
 */
public final class DataFile implements AutoCloseable {

  private static final int CHUNK = 1 << 16;
  private static final long FIRST_CAPACITY = 1 << 22;
  private static final long LEAST_MAPPED = 1 << 26;
  private static final String DAMAGED =
      "the file is damaged or its download was cut off: fetch it again";

  private final String name;
  private final InputStream in;
  private final long length;
  private final Optional<Path> plain;
  private long position;

  private DataFile(String name, InputStream in, long length, Optional<Path> plain) {
    this.name = name;
    this.in = in;
    this.length = length;
    this.plain = plain;
  }

  /** Opens {@code path}; what begins as gzip is decompressed. */
  public static DataFile open(Path path) {
    DataFile file = openPlain(path);
    try {
      file.in.mark(2);
      boolean gzip = file.in.read() == 0x1F && file.in.read() == 0x8B;
      file.in.reset();
      return gzip ? of(file.name, new GZIPInputStream(file.in, CHUNK)) : file;
    } catch (IOException failure) {
      file.close();
      throw unreadable(file.name, failure);
    }
  }

  /** Opens {@code path} and takes its bytes as they are. */
  static DataFile openPlain(Path path) {
    try {
      if (Files.isDirectory(path)) {
        throw new UserError(Code.DATA_MALFORMED, path, "this is a folder, a file was expected");
      }
      BufferedInputStream in = new BufferedInputStream(Files.newInputStream(path), CHUNK);
      return new DataFile(path.toString(), in, Files.size(path), Optional.of(path));
    } catch (IOException failure) {
      throw unreadable(path.toString(), failure);
    }
  }

  /** Reads what {@code in} yields, of unknown length, in the name of {@code name}. */
  static DataFile of(String name, InputStream in) {
    return new DataFile(name, in, -1, Optional.empty());
  }

  /** The file {@code name} in {@code folder}, or else {@code name.gz}. */
  public static Optional<Path> find(Path folder, String name) {
    Path plain = folder.resolve(name);
    if (Files.isRegularFile(plain)) {
      return Optional.of(plain);
    }
    Path compressed = folder.resolve(name + ".gz");
    return Files.isRegularFile(compressed) ? Optional.of(compressed) : Optional.empty();
  }

  /** What messages call the file. */
  public String name() {
    return name;
  }

  /** The length of a plain file. */
  long length() {
    return length;
  }

  /** The next {@code count} bytes, of which {@code what} says in a message what they are. */
  public byte[] bytes(int count, String what) {
    byte[] result = upTo(count);
    if (result.length < count) {
      throw truncated(what, position - result.length + count, position);
    }
    return result;
  }

  /** The next {@code limit} bytes, or fewer where the file ends. */
  public byte[] upTo(int limit) {
    try {
      byte[] result = in.readNBytes(limit);
      position += result.length;
      return result;
    } catch (IOException failure) {
      throw unreadable(name, failure);
    } catch (OutOfMemoryError _) {
      throw new UserError(Code.OUT_OF_MEMORY, name + " does not fit into memory")
          .help("use a smaller part of the data, or a machine with more memory");
    }
  }

  /** The next {@code count} bytes, to be read only: in memory of their own, or mapped. */
  public MemorySegment segment(long count, String what) {
    long end = Math.addExact(position, count);
    if (length >= 0 && end > length) {
      throw truncated(what, end, length);
    }
    if (plain.isPresent() && count >= LEAST_MAPPED) {
      return mapped(plain.get(), count);
    }
    MemorySegment result = allocate(length >= 0 ? count : Math.min(count, FIRST_CAPACITY), name);
    byte[] chunk = new byte[CHUNK];
    long filled = 0;
    while (filled < count) {
      int read = read(chunk, (int) Math.min(CHUNK, count - filled));
      if (read < 0) {
        throw truncated(what, end, position);
      }
      if (filled + read > result.byteSize()) {
        MemorySegment larger = allocate(Math.min(count, 2 * result.byteSize() + CHUNK), name);
        result = larger.copyFrom(result);
      }
      MemorySegment.copy(MemorySegment.ofArray(chunk), 0, result, filled, read);
      filled += read;
    }
    return result.asSlice(0, count);
  }

  private MemorySegment mapped(Path path, long count) {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      MemorySegment result =
          channel.map(FileChannel.MapMode.READ_ONLY, position, count, Arena.ofAuto());
      in.skipNBytes(count);
      position += count;
      return result;
    } catch (IOException failure) {
      throw unreadable(name, failure);
    }
  }

  /** Complains about bytes after those that were read. */
  public void expectEnd(String what) {
    byte[] one = upTo(1);
    if (one.length > 0) {
      String more = length >= 0 ? Text.of("%,d bytes", length) : "more";
      throw malformed(Text.of("%s ends after %,d bytes, the file has %s", what, position - 1, more))
          .help("the file is damaged, or it is another one than its name says");
    }
  }

  /** A complaint about the content of this file. */
  public UserError malformed(String found) {
    return malformed(name, found);
  }

  /** A complaint about the content of the file {@code name}. */
  public static UserError malformed(String name, String found) {
    return new UserError(Code.DATA_MALFORMED, name, found);
  }

  /** What the failure to read the file {@code name} means to its owner. */
  public static UserError unreadable(String name, IOException failure) {
    return switch (failure) {
      case NoSuchFileException _ -> new UserError(Code.DATA_NOT_FOUND, name).help("check the path");
      case AccessDeniedException _ ->
          new UserError(Code.CANNOT_READ, name, "permission is denied")
              .help("give yourself the right to read it");
      case EOFException _ ->
          new UserError(Code.DATA_MALFORMED, name, "its compressed data stop in the middle")
              .help(DAMAGED);
      case ZipException bad ->
          new UserError(
                  Code.DATA_MALFORMED, name, "its compressed data are broken: " + Reason.of(bad))
              .help(DAMAGED);
      default -> new UserError(Code.CANNOT_READ, name, Reason.of(failure)).help("check the disk");
    };
  }

  /** Memory of its own that lives as long as someone uses it. */
  public static MemorySegment allocate(long bytes, String what) {
    try {
      return Arena.ofAuto().allocate(Math.max(bytes, 1), 64).asSlice(0, bytes);
    } catch (OutOfMemoryError _) {
      throw new UserError(
              Code.OUT_OF_MEMORY,
              Text.of("there is no memory for the %,d bytes of %s", bytes, what))
          .help("use a smaller part of the data, or a machine with more memory");
    }
  }

  @Override
  public void close() {
    try {
      in.close();
    } catch (IOException failure) {
      throw unreadable(name, failure);
    }
  }

  private int read(byte[] chunk, int most) {
    try {
      int read = in.read(chunk, 0, most);
      position += Math.max(read, 0);
      return read;
    } catch (IOException failure) {
      throw unreadable(name, failure);
    }
  }

  private UserError truncated(String what, long needed, long found) {
    return new UserError(
            Code.DATA_MALFORMED,
            name,
            Text.of(
                "it ends too early: with %s it has %,d bytes, found are %,d", what, needed, found))
        .help(DAMAGED);
  }
}
