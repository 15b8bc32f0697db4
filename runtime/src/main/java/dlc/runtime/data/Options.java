// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.data;

import dlc.base.Code;
import dlc.base.NearestName;
import dlc.base.UserError;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The arguments of a source by name, with a complaint for each that is wrong. */
final class Options {

  private final String source;
  private final Map<String, Object> values;

  private Options(String source, Map<String, Object> values) {
    this.source = source;
    this.values = values;
  }

  /** The arguments of {@code spec}, whose parameters are {@code parameters} in that order. */
  static Options of(SourceSpec spec, List<String> parameters) {
    return of(spec, parameters, List.of());
  }

  /** The same for a source that also takes arguments called {@code others}. */
  static Options of(SourceSpec spec, List<String> parameters, Collection<String> others) {
    if (spec.positional().size() > parameters.size()) {
      throw new UserError(
          Code.TOO_MANY_ARGUMENTS, spec.kind(), parameters.size(), spec.positional().size());
    }
    Map<String, Object> values = new LinkedHashMap<>();
    for (int i = 0; i < spec.positional().size(); i++) {
      values.put(parameters.get(i), spec.positional().get(i));
    }
    for (Map.Entry<String, Object> argument : spec.named().entrySet()) {
      String name = argument.getKey();
      if (!parameters.contains(name) && !others.contains(name)) {
        throw unknown(spec.kind(), name, parameters, others);
      }
      if (values.put(name, argument.getValue()) != null) {
        throw new UserError(Code.REPEATED_ARGUMENT, spec.kind(), name);
      }
    }
    return new Options(spec.kind(), values);
  }

  private static UserError unknown(
      String kind, String name, List<String> parameters, Collection<String> others) {
    Set<String> known = new LinkedHashSet<>(parameters);
    known.addAll(others);
    return new UserError(Code.UNKNOWN_ARGUMENT, kind, name)
        .help(
            NearestName.of(name, known)
                .map(near -> "did you mean " + near + "=?")
                .orElse("it has " + String.join(", ", known)));
  }

  String source() {
    return source;
  }

  Set<String> names() {
    return values.keySet();
  }

  Optional<Object> value(String name) {
    return Optional.ofNullable(values.get(name));
  }

  String text(String name) {
    return optionalText(name).orElseThrow(() -> new UserError(Code.MISSING_ARGUMENT, source, name));
  }

  String text(String name, String otherwise) {
    return optionalText(name).orElse(otherwise);
  }

  Optional<String> optionalText(String name) {
    return value(name)
        .map(value -> value instanceof String text ? text : wrong(name, "a string", value));
  }

  /** One of {@code allowed}, the first of which is the default. */
  String choice(String name, String... allowed) {
    String value = text(name, allowed[0]);
    if (!List.of(allowed).contains(value)) {
      UserError error =
          new UserError(Code.BAD_ARGUMENT, source, name + " cannot be \"" + value + "\"");
      throw error.help("it may be \"" + String.join("\" or \"", allowed) + "\"");
    }
    return value;
  }

  boolean flag(String name, boolean otherwise) {
    return value(name)
        .map(value -> value instanceof Boolean flag ? flag : wrong(name, "true or false", value))
        .orElse(otherwise);
  }

  /** An int from {@code least} to {@code most}. */
  int count(String name, int otherwise, int least, int most) {
    Object value = value(name).orElse(otherwise);
    if (!(value instanceof Integer || value instanceof Long)) {
      return wrong(name, "an int", value);
    }
    long count = ((Number) value).longValue();
    if (count < least || count > most) {
      throw new UserError(
          Code.BAD_ARGUMENT,
          source,
          "%s is %d, it must be from %d to %d".formatted(name, count, least, most));
    }
    return (int) count;
  }

  double number(String name, double otherwise) {
    Object value = value(name).orElse(otherwise);
    return value instanceof Number number ? number.doubleValue() : wrong(name, "a number", value);
  }

  /** A list whose elements are texts, or ints which then are written as such. */
  Optional<List<String>> texts(String name) {
    return value(name).map(value -> texts(name, value));
  }

  private List<String> texts(String name, Object value) {
    if (!(value instanceof List<?> list)) {
      return wrong(name, "a list", value);
    }
    List<String> texts = new ArrayList<>();
    for (Object element : list) {
      texts.add(String.valueOf(element));
    }
    return texts;
  }

  private <T> T wrong(String name, String expected, Object found) {
    throw new UserError(Code.WRONG_TYPE, source + " " + name, expected, found);
  }
}
