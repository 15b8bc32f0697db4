// SPDX-License-Identifier: Apache-2.0
package dlc.passes.simplify;

import dlc.ir.Value;
import dlc.ir.op.Layout;
import dlc.ir.op.Leaf;
import java.util.OptionalDouble;

/** Recognises values all of whose elements are one number. */
final class Constants {

  private Constants() {}

  /** The number that all elements of {@code value} are. */
  static OptionalDouble uniform(Value value) {
    return switch (value.op()) {
      case Leaf.Constant constant when constant.isAll(constant.element(0)) ->
          OptionalDouble.of(constant.element(0));
      case Layout.Broadcast _, Layout.Reshape _, Layout.Transpose _, Layout.Slice _ ->
          uniform(value.operand(0));
      default -> OptionalDouble.empty();
    };
  }

  static boolean isAll(Value value, double number) {
    OptionalDouble uniform = uniform(value);
    return uniform.isPresent() && uniform.getAsDouble() == number;
  }
}
