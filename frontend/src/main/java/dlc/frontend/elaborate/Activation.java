// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.elaborate;

import dlc.base.Span;
import dlc.frontend.value.Datum;
import dlc.ir.TensorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One use of a model, layer or function while its body is run: the current value and the caller.
 */
final class Activation {

  private final String name;
  private final Span body;
  private final Span call;
  private final boolean isLibrary;
  private final @Nullable Activation caller;
  private final String label;
  private final Map<String, String> buffers = new HashMap<>();
  private final Map<String, Datum> updates = new HashMap<>();
  private final List<List<Datum>> yields = new ArrayList<>();
  private @Nullable Owner owner;
  private @Nullable Datum current;
  private @Nullable List<Datum> results;

  /**
   * @param body the declaration, to recognise recursion
   * @param call the place of the use
   * @param label what to say beside that place: "input here is f32[16, 7, 7]"
   */
  Activation(
      String name,
      Span body,
      Span call,
      boolean isLibrary,
      @Nullable Activation caller,
      String label) {
    this.name = name;
    this.body = body;
    this.call = call;
    this.isLibrary = isLibrary;
    this.caller = caller;
    this.label = label;
  }

  String name() {
    return name;
  }

  Span body() {
    return body;
  }

  Span call() {
    return call;
  }

  boolean isLibrary() {
    return isLibrary;
  }

  Optional<Activation> caller() {
    return Optional.ofNullable(caller);
  }

  String label() {
    return label;
  }

  /** The value of {@code it}. */
  Optional<Datum> current() {
    return Optional.ofNullable(current);
  }

  void setCurrent(@Nullable Datum value) {
    current = value;
  }

  /** What {@code return} gave. */
  Optional<List<Datum>> results() {
    return Optional.ofNullable(results);
  }

  void setResults(List<Datum> values) {
    results = List.copyOf(values);
  }

  /** The full names of the buffers that this body declared, by their short names. */
  Map<String, String> buffers() {
    return buffers;
  }

  /** In an optimizer or schedule: what may be updated, and the newest values. */
  Map<String, Datum> updates() {
    return updates;
  }

  /**
   * Who keeps what a body declares as {@code state}.
   *
   * @param path in front of the names of states
   * @param usualType of a state that declares none
   */
  record Owner(String path, TensorType usualType) {}

  /** Whose state this body may declare, if anyone's. */
  Optional<Owner> owner() {
    return Optional.ofNullable(owner);
  }

  void setOwner(Owner value) {
    owner = value;
  }

  /** What the scans under way have yielded, the innermost last. */
  List<List<Datum>> yields() {
    return yields;
  }
}
