// SPDX-License-Identifier: Apache-2.0
package dlc.ir;

import java.util.List;

/** The types of an op's operands, with the checks that type rules are made of. */
public record Operands(List<TensorType> types) {

  public Operands {
    types = List.copyOf(types);
  }

  public int count() {
    return types.size();
  }

  public TensorType type(int index) {
    return types.get(index);
  }

  /** Breaks the rule unless {@code holds}. */
  public void require(boolean holds, String format, Object... args) {
    if (!holds) {
      throw new TypeError(format, args);
    }
  }

  /** The one type that the operands from {@code first} on share. */
  public TensorType same(int first) {
    TensorType type = types.get(first);
    for (TensorType other : types.subList(first, types.size())) {
      require(other.equals(type), "operand types differ: %s and %s", type, other);
    }
    return type;
  }

  /** The type of operand {@code index}, which must be of a float type. */
  public TensorType floating(int index) {
    require(type(index).dtype().isFloat(), "needs a float operand, found %s", type(index));
    return type(index);
  }

  /** The type of operand {@code index}, which must have {@code rank} dimensions. */
  public TensorType ranked(int index, int rank) {
    require(type(index).rank() == rank, "needs %d dimensions, found %s", rank, type(index));
    return type(index);
  }
}
