// SPDX-License-Identifier: Apache-2.0
package dlc.opencl.device;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The files by which OpenCL drivers are installed: each names a library (Khronos, cl_khr_icd).
 *
 * <p>OpenCL's own library passes over those that it cannot load without a word.
 */
final class Drivers {

  /** Names another folder, or a single file. */
  private static final String VARIABLE = "OCL_ICD_VENDORS";

  private static final String FOLDER = "/etc/OpenCL/vendors";

  private Drivers() {}

  /** A sentence for each driver whose library cannot be loaded. */
  static List<String> broken() {
    String place = System.getenv(VARIABLE);
    return broken(Path.of(place == null || place.isEmpty() ? FOLDER : place));
  }

  private static List<String> broken(Path place) {
    List<String> broken = new ArrayList<>();
    try (Stream<Path> files = Files.isDirectory(place) ? Files.list(place) : Stream.of(place)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".icd")).sorted().toList()) {
        String library = Files.readString(file).lines().findFirst().orElse("").strip();
        if (!isLoadable(library)) {
          broken.add(
              "the OpenCL driver of %s is broken: '%s' cannot be loaded".formatted(file, library));
        }
      }
    } catch (IOException _) {
      // Whoever may not read them has no drivers of them either.
    }
    return broken;
  }

  private static boolean isLoadable(String library) {
    try (Arena arena = Arena.ofConfined()) {
      SymbolLookup.libraryLookup(library, arena);
      return true;
    } catch (IllegalArgumentException _) {
      return false;
    }
  }
}
