// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.data;

import dlc.base.Code;
import dlc.base.UserError;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where relative paths of data are looked up: the folder given on the command line, then that of
 * the environment, then the one beside the program.
 */
public record DataPaths(Optional<Path> given, Optional<Path> environment, Path besideProgram) {

  /** The first place at which {@code path} exists; a folder may also be given itself. */
  public Path resolve(String path) {
    Path wanted;
    try {
      wanted = Path.of(path);
    } catch (InvalidPathException _) {
      throw new UserError(Code.DATA_NOT_FOUND, "'" + path + "', which is no path at all");
    }
    List<Path> places = new ArrayList<>();
    given.ifPresent(places::add);
    environment.ifPresent(places::add);
    places.add(besideProgram);
    for (Path place : places) {
      Path candidate = place.resolve(wanted).normalize();
      if (Files.exists(candidate)) {
        return candidate;
      }
      if (place.endsWith(wanted) && Files.exists(place)) {
        return place;
      }
    }
    if (wanted.isAbsolute()) {
      throw new UserError(Code.DATA_NOT_FOUND, path).help("check the path in the setting 'data'");
    }
    List<String> searched = places.stream().map(Path::toString).distinct().toList();
    throw new UserError(Code.DATA_NOT_FOUND, path + " in " + String.join(" or ", searched))
        .help("say with --data DIR in which folder it is, or set DLC_DATA");
  }
}
