// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.data;

import dlc.base.Code;
import dlc.base.NearestName;
import dlc.base.UserError;
import dlc.runtime.file.NumberArray;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * One file of named arrays: {@code npz("all.npz", image="x", y="labels")} names the array of each
 * input and of the target. Without names the arrays' own are taken.
 */
final class ArchiveSource implements Source {

  private final Function<Path, Map<String, NumberArray>> reader;

  ArchiveSource(Function<Path, Map<String, NumberArray>> reader) {
    this.reader = reader;
  }

  @Override
  public Parts load(SourceSpec spec, DataRequest request) {
    Set<String> arraysOfModel = new LinkedHashSet<>(List.of("x", "y"));
    arraysOfModel.addAll(request.inputs().keySet());
    Options options = Options.of(spec, List.of("file"), arraysOfModel);
    Path path = request.paths().resolve(options.text("file"));
    Map<String, NumberArray> found = reader.apply(path);
    Map<String, NumberArray> arrays = new LinkedHashMap<>();
    for (String name : options.names()) {
      if (!name.equals("file")) {
        arrays.put(name, named(path, found, options.text(name)));
      }
    }
    return Parts.of(NumberColumns.dataset(path.toString(), arrays.isEmpty() ? found : arrays));
  }

  private static NumberArray named(Path path, Map<String, NumberArray> arrays, String name) {
    NumberArray array = arrays.get(name);
    if (array == null) {
      throw new UserError(Code.DATA_MALFORMED, path, "it has no array '" + name + "'")
          .help(
              NearestName.of(name, arrays.keySet())
                  .map(near -> "did you mean '" + near + "'?")
                  .orElse("it has " + String.join(", ", arrays.keySet())));
    }
    return array;
  }
}
