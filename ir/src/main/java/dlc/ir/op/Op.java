// SPDX-License-Identifier: Apache-2.0
package dlc.ir.op;

import dlc.ir.Operands;
import dlc.ir.TensorType;
import java.util.List;
import java.util.Locale;

/**
 * What a {@link dlc.ir.Value} computes, without its operands.
 *
 * <p>An op is an immutable record or enum constant whose components are its attributes, so two ops
 * are equal exactly when they compute the same function. Everything that is true of an op by
 * definition is a method here. Everything a pass wants to know is an exhaustive switch over the
 * permitted families.
 *
 * <p>Semantics that all ops share: shapes are static and broadcasting is an op of its own. Floats
 * follow IEEE 754; NaN and infinities propagate; a pass may reassociate sums over dimensions and
 * round their terms together with them, but assumes nothing about the absence of NaN. Integers
 * wrap. Ops have no side effects, and random numbers are functions of seed, step, stream and
 * element.
 */
public sealed interface Op permits Leaf, Computed, Gradient {

  /** The name in IR text and in messages, such as {@code reduce}. */
  default String mnemonic() {
    return (this instanceof Enum<?> constant ? constant.name() : snakeCase(getClass()))
        .toLowerCase(Locale.ROOT);
  }

  private static String snakeCase(Class<?> type) {
    return type.getSimpleName().replaceAll("(?<=[a-z])(?=[A-Z])", "_");
  }

  /** The operand names, in order; the size is the arity. */
  List<String> operandNames();

  /** Whether more operands than the named ones may follow. */
  default boolean isVariadic() {
    return false;
  }

  /** The result type; throws {@link dlc.ir.TypeError} when the operands break a rule. */
  TensorType inferType(Operands operands);

  /** Mnemonic and attributes, as IR text has them. */
  default String text() {
    String attributes = Attributes.print(this);
    return attributes.isEmpty() ? mnemonic() : mnemonic() + " " + attributes;
  }
}
