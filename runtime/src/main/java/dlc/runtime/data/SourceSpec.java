// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.data;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A source as the program writes it: {@code csv("iris.csv", label="species")}.
 *
 * <p>Values are {@link Number}, {@link String}, {@link Boolean} or {@link List} of such. {@code
 * test} is the source of the test part where the program gives it apart.
 */
public record SourceSpec(
    String kind, List<Object> positional, Map<String, Object> named, Optional<SourceSpec> test) {

  public SourceSpec {
    positional = List.copyOf(positional);
    named = Collections.unmodifiableMap(new LinkedHashMap<>(named));
  }

  public static SourceSpec of(String kind, List<Object> positional, Map<String, Object> named) {
    return new SourceSpec(kind, positional, named, Optional.empty());
  }

  public SourceSpec withTest(SourceSpec other) {
    return new SourceSpec(kind, positional, named, Optional.of(other));
  }
}
