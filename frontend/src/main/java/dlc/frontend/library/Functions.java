// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.library;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** All functions that Java computes, by name. */
public final class Functions {

  private static final Map<String, Primitive> ALL = collect();

  private Functions() {}

  private static Map<String, Primitive> collect() {
    Map<String, Primitive> all = new LinkedHashMap<>();
    for (List<Primitive> group :
        List.of(
            MathFunctions.ALL,
            ListFunctions.ALL,
            ReduceFunctions.ALL,
            ShapeFunctions.ALL,
            ProductFunctions.ALL,
            RandomFunctions.ALL)) {
      for (Primitive primitive : group) {
        all.put(primitive.name(), primitive);
      }
    }
    return Collections.unmodifiableMap(all);
  }

  public static Optional<Primitive> named(String name) {
    return Optional.ofNullable(ALL.get(name));
  }

  public static Collection<Primitive> all() {
    return ALL.values();
  }

  public static Collection<String> names() {
    return ALL.keySet();
  }
}
