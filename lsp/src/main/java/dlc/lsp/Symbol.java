// SPDX-License-Identifier: Apache-2.0
package dlc.lsp;

import dlc.base.Span;
import java.util.List;
import java.util.Optional;

/**
 * Something that has a name.
 *
 * @param name where it is declared
 * @param range the whole declaration; of a local, only the words that declare it
 * @param home the declaration that a local belongs to; absent for what the whole program sees
 * @param signature what is declared, up to its body
 * @param doc of the {@code ///} comments above
 * @param parameters by name
 */
record Symbol(
    Kind kind,
    Span name,
    Span range,
    Optional<Span> home,
    String signature,
    String doc,
    List<String> parameters) {

  /** What the name stands for. */
  enum Kind {
    PARAM,
    LAYER,
    FN,
    MODEL,
    OPTIMIZER,
    LOSS,
    INITIALIZER,
    SCHEDULE,
    /** A parameter of a declaration. */
    PARAMETER,
    /** A layer that a body labels. */
    LABEL,
    /** What {@code let}, {@code for} or {@code scan} name. */
    VARIABLE,
    WEIGHT
  }

  Symbol {
    parameters = List.copyOf(parameters);
  }

  String text() {
    return name.text();
  }

  boolean isLocal() {
    return home.isPresent();
  }

  /** Whether arguments may follow it: then it is no label. */
  boolean isCallable() {
    return switch (kind) {
      case LAYER, FN, OPTIMIZER, LOSS, INITIALIZER, SCHEDULE -> true;
      case PARAM, MODEL, PARAMETER, LABEL, VARIABLE, WEIGHT -> false;
    };
  }
}
