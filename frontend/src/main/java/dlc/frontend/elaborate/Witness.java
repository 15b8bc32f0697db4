// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.elaborate;

import dlc.base.Span;
import dlc.frontend.ast.Declaration;
import dlc.frontend.ast.LayerUse;
import dlc.frontend.value.Datum;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Is told what happens while the body of a model is elaborated, for editors and drawings.
 *
 * <p>Only what the program itself says is told, not what goes on within the library's layers. After
 * a mistake, {@link #leave} and {@link #leaveTurn} may be missing.
 */
public interface Witness {

  /** Wants to know nothing. */
  Witness NONE = new Witness() {};

  /**
   * A layer that is applied.
   *
   * @param path its name in the model, such as {@code blocks.0.norm1}
   * @param arguments by parameter, with defaults filled in
   * @param isNew false where it is applied again
   */
  record Application(
      LayerUse use,
      String path,
      Declaration.Routine routine,
      Map<String, Datum> arguments,
      Datum input,
      boolean isNew) {
    public Application {
      arguments = new LinkedHashMap<>(arguments);
    }
  }

  /** What stands at {@code place} has this value. */
  default void value(Span place, Datum value) {}

  /** An input of the model. */
  default void input(String name, Datum value) {}

  /** A result of the model. */
  default void output(Datum value) {}

  /** What the layer does is told next. */
  default void enter(Application layer) {}

  /**
   * The layer is done.
   *
   * @param weights how many trained numbers it has of its own
   */
  default void leave(Application layer, Datum result, long weights) {}

  /**
   * A loop begins a turn.
   *
   * @param loop its name in the model, which is its label if it has one
   */
  default void enterTurn(String loop, int index) {}

  /** The turn that began last is done; {@code current} is what the next one begins with. */
  default void leaveTurn(Optional<Datum> current) {}
}
