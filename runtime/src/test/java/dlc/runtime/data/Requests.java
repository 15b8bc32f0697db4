// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.data;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** Short forms for requests of data in tests. */
final class Requests {

  private Requests() {}

  static DataRequest of(SourceSpec spec, Path folder) {
    return of(spec, folder, Split.NONE, 42);
  }

  static DataRequest of(SourceSpec spec, Path folder, Split split, int seed) {
    DataPaths paths = new DataPaths(Optional.empty(), Optional.empty(), folder);
    return new DataRequest(spec, split, seed, paths, Map.of(), Optional.empty(), 0);
  }

  static Loaded load(Path folder, String kind, List<Object> positional, Map<String, Object> named) {
    return Sources.load(of(SourceSpec.of(kind, positional, named), folder));
  }

  /** The target of each sample. */
  static List<Integer> labels(Dataset dataset) {
    Column target = dataset.target().orElseThrow();
    return IntStream.range(0, dataset.size())
        .mapToObj(sample -> (int) target.at(dataset.row(sample)))
        .toList();
  }
}
