// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.file;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * An object of JSON on a line of its own, of which what is missing is no error.
 *
 * @param source the line
 */
public record JsonLine(String source, JsonNode node) {

  /** The object that {@code line} holds; nothing where it is none, or cut short. */
  public static Optional<JsonLine> of(String line) {
    try {
      JsonNode node = JsonMapper.shared().readTree(line);
      return node.isObject() ? Optional.of(new JsonLine(line, node)) : Optional.empty();
    } catch (JacksonException _) {
      return Optional.empty();
    }
  }

  /** The lines of the file at {@code path}, up to one that is not whole. */
  public static List<JsonLine> whole(Path path) {
    List<JsonLine> lines = new ArrayList<>();
    for (String line : LineFile.lines(path)) {
      Optional<JsonLine> whole = of(line);
      if (whole.isEmpty()) {
        break;
      }
      lines.add(whole.get());
    }
    return lines;
  }

  /** The string called {@code name}. */
  public Optional<String> text(String name) {
    JsonNode member = node.path(name);
    return member.isString() ? Optional.of(member.stringValue()) : Optional.empty();
  }

  /** Whether there is a {@code name} that is true. */
  public boolean isTrue(String name) {
    return node.path(name).asBoolean(false);
  }

  /** The number called {@code name}, or at a path such as {@code validation.loss}. */
  public Optional<Double> number(String name) {
    JsonNode member = node;
    for (String part : name.split("\\.")) {
      member = member.path(part);
    }
    return member.isNumber() ? Optional.of(member.doubleValue()) : Optional.empty();
  }

  /** The numbers of the object called {@code name}. */
  public Map<String, Double> numbers(String name) {
    Map<String, Double> numbers = new LinkedHashMap<>();
    node.path(name)
        .properties()
        .forEach(
            each ->
                numbers.put(
                    each.getKey(),
                    each.getValue().isNumber() ? each.getValue().doubleValue() : Double.NaN));
    return numbers;
  }
}
