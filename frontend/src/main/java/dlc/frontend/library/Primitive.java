// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.library;

import dlc.frontend.value.Datum;
import dlc.frontend.value.Datum.BoolDatum;
import dlc.frontend.value.Datum.FloatDatum;
import dlc.frontend.value.Datum.IntDatum;
import dlc.frontend.value.Datum.NoneDatum;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A function that Java computes.
 *
 * @param signature as in dl, such as {@code sum(x, dim=none, keep=false)}
 * @param doc what {@code dlc doc} prints; empty for what only the library itself needs
 */
public record Primitive(String signature, String doc, Body body) {

  /** A function that only the library itself needs. */
  Primitive(String signature, Body body) {
    this(signature, "", body);
  }

  /** What a primitive does with its arguments. */
  @FunctionalInterface
  public interface Body {
    Datum apply(Arguments arguments);
  }

  /** A parameter and its default. */
  public record Slot(String name, Optional<Datum> preset) {}

  public String name() {
    return signature.substring(0, signature.indexOf('('));
  }

  /** The parameters, in order. */
  public List<Slot> slots() {
    String inside = signature.substring(signature.indexOf('(') + 1, signature.length() - 1);
    List<Slot> slots = new ArrayList<>();
    for (String part : inside.isBlank() ? new String[0] : inside.split(",")) {
      int equals = part.indexOf('=');
      slots.add(
          equals < 0
              ? new Slot(part.strip(), Optional.empty())
              : new Slot(
                  part.substring(0, equals).strip(),
                  Optional.of(literal(part.substring(equals + 1).strip()))));
    }
    return slots;
  }

  private static Datum literal(String text) {
    return switch (text) {
      case "none" -> NoneDatum.NONE;
      case "true", "false" -> new BoolDatum(Boolean.parseBoolean(text));
      default ->
          text.contains(".")
              ? new FloatDatum(Double.parseDouble(text))
              : new IntDatum(Long.parseLong(text));
    };
  }
}
