// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.file;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/** NumPy's {@code .npz} format: a zip archive of {@code .npy} files. */
public final class Npz {

  private static final String SUFFIX = ".npy";

  private Npz() {}

  /** The arrays by name, in the order of the archive. */
  public static Map<String, NumberArray> read(Path path) {
    try {
      requireZip(path);
      Map<String, NumberArray> arrays = new LinkedHashMap<>();
      try (ZipFile zip = new ZipFile(path.toFile())) {
        for (ZipEntry entry : entries(zip)) {
          String name = entry.getName();
          try (DataFile file =
              DataFile.of(path + "/" + name, new BufferedInputStream(zip.getInputStream(entry)))) {
            arrays.put(name.substring(0, name.length() - SUFFIX.length()), Npy.read(file));
          }
        }
      }
      if (arrays.isEmpty()) {
        throw DataFile.malformed(path.toString(), "it holds no .npy file")
            .help("write it with numpy.savez(name, x=x, y=y)");
      }
      return Collections.unmodifiableMap(arrays);
    } catch (IOException failure) {
      throw DataFile.unreadable(path.toString(), failure);
    }
  }

  /** Writes {@code arrays} in their order, all at once or not at all. */
  public static void write(Path path, Map<String, NumberArray> arrays) {
    AtomicFile.write(
        path,
        channel -> {
          ZipOutputStream zip =
              new ZipOutputStream(java.nio.channels.Channels.newOutputStream(channel));
          for (Map.Entry<String, NumberArray> entry : arrays.entrySet()) {
            zip.putNextEntry(new ZipEntry(entry.getKey() + SUFFIX));
            Npy.write(java.nio.channels.Channels.newChannel(zip), entry.getValue());
            zip.closeEntry();
          }
          zip.finish();
        });
  }

  private static List<ZipEntry> entries(ZipFile zip) {
    List<ZipEntry> entries = new ArrayList<>();
    for (ZipEntry entry : Collections.list(zip.entries())) {
      if (entry.getName().endsWith(SUFFIX)) {
        entries.add(entry);
      }
    }
    return entries;
  }

  private static void requireZip(Path path) throws IOException {
    try (DataFile file = DataFile.open(path)) {
      byte[] start = file.upTo(8);
      boolean zip = start.length >= 4 && start[0] == 'P' && start[1] == 'K' && start[2] == 3;
      if (!zip) {
        throw file.malformed("it is not a .npz file: " + Foreign.describe(start))
            .help("write it with numpy.savez(name, x=x, y=y)");
      }
    }
    if (Files.size(path) < 22) {
      throw DataFile.malformed(path.toString(), "it is too short for a zip archive");
    }
  }
}
