// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.value;

import dlc.frontend.ast.Expression.BinaryOperator;
import java.util.Optional;

/** How a compile-time number follows from params that a compiled program is told when it starts. */
public sealed interface Formula {

  /** A number that follows from none. */
  record Known(double value) implements Formula {
    @Override
    public String toString() {
      return Double.toString(value);
    }
  }

  /** The value of a param. */
  record Param(String name, Steering owner) implements Formula {
    @Override
    public String toString() {
      return name;
    }
  }

  /** {@code lhs operator rhs}, for the four operators of arithmetic. */
  record Binary(BinaryOperator operator, Formula lhs, Formula rhs) implements Formula {
    @Override
    public String toString() {
      return "(%s %s %s)".formatted(lhs, operator, rhs);
    }
  }

  /** Who keeps account of the params that this follows from; nothing when there are none. */
  default Optional<Steering> steering() {
    return switch (this) {
      case Known _ -> Optional.empty();
      case Param param -> Optional.of(param.owner);
      case Binary(var _, Formula lhs, Formula rhs) -> lhs.steering().or(rhs::steering);
    };
  }

  /** Says that the value was looked at, so that its params must stay what they are. */
  default void observe() {
    switch (this) {
      case Known _ -> {}
      case Param param -> param.owner.fix(param.name);
      case Binary(var _, Formula lhs, Formula rhs) -> {
        lhs.observe();
        rhs.observe();
      }
    }
  }
}
