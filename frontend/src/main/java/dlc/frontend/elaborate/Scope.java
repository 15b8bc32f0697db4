// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.elaborate;

import dlc.frontend.value.Datum;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The names that a block introduces, within those around it. */
final class Scope {

  private final @Nullable Scope outer;
  private final Map<String, Datum> values = new LinkedHashMap<>();
  private final Set<String> assignable = new HashSet<>();

  private Scope(@Nullable Scope outer) {
    this.outer = outer;
  }

  static Scope root() {
    return new Scope(null);
  }

  Scope inner() {
    return new Scope(this);
  }

  void define(String name, Datum value) {
    values.put(name, value);
  }

  /** Defines a name that {@code name = value} may change, as a scan carries it. */
  void defineAssignable(String name, Datum value) {
    define(name, value);
    assignable.add(name);
  }

  Optional<Datum> lookup(String name) {
    for (Scope scope = this; scope != null; scope = scope.outer) {
      Datum value = scope.values.get(name);
      if (value != null) {
        return Optional.of(value);
      }
    }
    return Optional.empty();
  }

  /** Changes a name where it is defined; false when none that may change is in scope. */
  boolean assign(String name, Datum value) {
    for (Scope scope = this; scope != null; scope = scope.outer) {
      if (scope.values.containsKey(name)) {
        if (!scope.assignable.contains(name)) {
          return false;
        }
        scope.values.put(name, value);
        return true;
      }
    }
    return false;
  }

  /** Gives a defined name a new value, as an update of a buffer does. */
  void replace(String name, Datum value) {
    for (Scope scope = this; scope != null; scope = scope.outer) {
      if (scope.values.containsKey(name)) {
        scope.values.put(name, value);
        return;
      }
    }
  }

  Set<String> names() {
    Set<String> names = new LinkedHashSet<>();
    for (Scope scope = this; scope != null; scope = scope.outer) {
      names.addAll(scope.values.keySet());
    }
    return names;
  }
}
