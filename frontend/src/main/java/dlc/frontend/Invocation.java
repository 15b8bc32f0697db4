// SPDX-License-Identifier: Apache-2.0
package dlc.frontend;

import dlc.base.Span;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A name with compile-time arguments, as a data source or an optimizer is written.
 *
 * <p>Arguments are plain Java values: {@link Long}, {@link Double}, {@link Boolean}, {@link String}
 * or a {@link List} of such.
 */
public record Invocation(
    String name, List<Object> positional, Map<String, Object> named, Span span) {

  public Invocation {
    positional = List.copyOf(positional);
    named = Collections.unmodifiableMap(new LinkedHashMap<>(named));
  }

  /** The argument called {@code name}, or the one at {@code place}. */
  public Optional<Object> argument(int place, String name) {
    if (named.containsKey(name)) {
      return Optional.of(named.get(name));
    }
    return place >= 0 && place < positional.size()
        ? Optional.of(positional.get(place))
        : Optional.empty();
  }

  /** As written, with evaluated arguments: {@code sgd(lr=0.1, momentum=0.9)}. */
  @Override
  public String toString() {
    String arguments =
        Stream.concat(
                positional.stream().map(Invocation::shown),
                named.entrySet().stream().map(each -> each.getKey() + "=" + shown(each.getValue())))
            .collect(Collectors.joining(", "));
    return arguments.isEmpty() ? name : name + "(" + arguments + ")";
  }

  private static String shown(Object value) {
    return value instanceof String text ? "\"" + text + "\"" : value.toString();
  }
}
