// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.data;

import dlc.ir.TensorType;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a program and its user ask of the data.
 *
 * <p>{@code inputs} and {@code target} are the types of one sample as the model declares them;
 * {@code classes} is how many classes its output tells apart, or 0. Only the source {@code random}
 * needs them to load.
 */
public record DataRequest(
    SourceSpec source,
    Split split,
    int seed,
    DataPaths paths,
    Map<String, TensorType> inputs,
    Optional<TensorType> target,
    int classes) {

  public DataRequest {
    inputs = Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
  }
}
