// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.data;

import dlc.runtime.file.Npy;
import dlc.runtime.file.Npz;
import dlc.runtime.file.NumberArray;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A {@code .npy} file for each input, under its name, and one for the target {@code y}; a single
 * input may be called {@code x} whatever its name. Or one {@code .npz} file for all.
 */
final class NpySource implements Source {

  @Override
  public Parts load(SourceSpec spec, DataRequest request) {
    if (!spec.positional().isEmpty() && spec.positional().getFirst().toString().endsWith(".npz")) {
      return new ArchiveSource(Npz::read).load(spec, request);
    }
    Options options = Options.of(spec, List.of("x", "y"), request.inputs().keySet());
    Map<String, NumberArray> arrays = new LinkedHashMap<>();
    for (String name : options.names()) {
      arrays.put(name, Npy.read(request.paths().resolve(options.text(name))));
    }
    return Parts.of(NumberColumns.dataset("npy " + options.text("x", ""), arrays));
  }
}
