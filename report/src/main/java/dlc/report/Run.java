// SPDX-License-Identifier: Apache-2.0
package dlc.report;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A run as its folder tells of it.
 *
 * @param name that of its folder
 * @param facts a {@link RunFacts}; runs of compiled programs have none
 * @param metrics the lines of {@code metrics.jsonl}
 * @param steps the lines of {@code steps.jsonl}
 * @param results a {@link RunResults}, once there is one
 */
public record Run(
    String name,
    Optional<JsonNode> facts,
    List<JsonNode> metrics,
    List<JsonNode> steps,
    Optional<JsonNode> results) {

  /** How far a run is. */
  public enum State {
    /** It has not ended, or was killed. */
    UNFINISHED,
    /** It was asked to stop. */
    STOPPED,
    FINISHED
  }

  public Run {
    metrics = List.copyOf(metrics);
    steps = List.copyOf(steps);
  }

  /** What the model is called; empty where that is not known. */
  public String model() {
    return facts.map(node -> node.path("model").asString("")).orElse("");
  }

  /** When it began, as ISO 8601 writes times; empty where that is not known. */
  public String started() {
    return facts.map(node -> node.path("started").asString("")).orElse("");
  }

  public State state() {
    Optional<JsonNode> end = end();
    if (end.isEmpty()) {
      return State.UNFINISHED;
    }
    return end.get().path("stopped").asBoolean(false) ? State.STOPPED : State.FINISHED;
  }

  /** What came of each epoch. */
  public List<JsonNode> epochs() {
    return metrics.stream()
        .filter(line -> line.path("event").asString("").equals("epoch"))
        .toList();
  }

  /** The line about the end. */
  public Optional<JsonNode> end() {
    return metrics.stream()
        .filter(line -> line.path("event").asString("").equals("end"))
        .reduce((_, last) -> last);
  }

  /** A figure such as {@code loss} of the last measurement of {@code part}. */
  public OptionalDouble last(String part, String figure) {
    Optional<JsonNode> line =
        part.equals("test")
            ? end()
            : epochs().reversed().stream().filter(epoch -> epoch.has(part)).findFirst();
    return line.map(each -> each.path(part).path(figure))
        .filter(JsonNode::isNumber)
        .map(number -> OptionalDouble.of(number.asDouble()))
        .orElse(OptionalDouble.empty());
  }

  /** How long it took, or has taken so far. */
  public OptionalDouble seconds() {
    if (end().isPresent()) {
      return OptionalDouble.of(end().get().path("seconds").asDouble());
    }
    return epochs().isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of(
            epochs().stream().mapToDouble(epoch -> epoch.path("seconds").asDouble()).sum());
  }

  /** All of it as one JSON object. */
  public ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("name", name);
    json.put("state", state().name().toLowerCase(java.util.Locale.ROOT));
    facts.ifPresent(node -> json.set("facts", node));
    json.putArray("epochs").addAll(epochs());
    json.putArray("steps").addAll(steps);
    end().ifPresent(node -> json.set("end", node));
    results.ifPresent(node -> json.set("results", node));
    return json;
  }
}
