// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.file;

import dlc.base.Code;
import dlc.base.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.DoubleStream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A value of a JSON file; what is missing or of another kind is a located error. */
public final class JsonTree {

  private final Path file;
  private final String place;
  private final JsonNode node;

  private JsonTree(Path file, String place, JsonNode node) {
    this.file = file;
    this.place = place;
    this.node = node;
  }

  /** The whole of a file. */
  public static JsonTree read(Path file) {
    try {
      return new JsonTree(file, "", JsonMapper.shared().readTree(Files.readString(file)));
    } catch (JacksonException e) {
      throw new UserError(Code.DATA_MALFORMED, file, "it is not JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new UserError(Code.DATA_NOT_FOUND, file);
    }
  }

  /** The member called {@code name}, if this is an object that has one other than null. */
  public Optional<JsonTree> find(String name) {
    JsonNode member = node.path(name);
    return member.isMissingNode() || member.isNull()
        ? Optional.empty()
        : Optional.of(new JsonTree(file, place + "/" + name, member));
  }

  /** The member called {@code name}. */
  public JsonTree get(String name) {
    return find(name).orElseThrow(() -> malformed("has no member '" + name + "'"));
  }

  /** The members of an object, in their order. */
  public Map<String, JsonTree> members() {
    if (!node.isObject()) {
      throw malformed("is no object");
    }
    Map<String, JsonTree> members = new LinkedHashMap<>();
    node.properties()
        .forEach(
            each ->
                members.put(
                    each.getKey(),
                    new JsonTree(file, place + "/" + each.getKey(), each.getValue())));
    return members;
  }

  /** The elements of an array. */
  public List<JsonTree> items() {
    if (!node.isArray()) {
      throw malformed("is no array");
    }
    return node.valueStream().map(each -> new JsonTree(file, place + "/…", each)).toList();
  }

  public String text() {
    if (!node.isString()) {
      throw malformed("is no string");
    }
    return node.stringValue();
  }

  public double number() {
    if (!node.isNumber()) {
      throw malformed("is no number");
    }
    return node.doubleValue();
  }

  public int integer() {
    double number = number();
    if ((int) number != number) {
      throw malformed("is no int");
    }
    return (int) number;
  }

  /** The elements of an array of numbers. */
  public double[] numbers() {
    return items().stream().flatMapToDouble(each -> DoubleStream.of(each.number())).toArray();
  }

  /** A number, truth value or string as it is written, without quotes. */
  public String literal() {
    return node.isString() ? node.stringValue() : node.toString();
  }

  private UserError malformed(String why) {
    return new UserError(
        Code.DATA_MALFORMED, file, (place.isEmpty() ? "the file" : place) + " " + why);
  }
}
