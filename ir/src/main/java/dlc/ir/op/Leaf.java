// SPDX-License-Identifier: Apache-2.0
package dlc.ir.op;

import dlc.ir.Operands;
import dlc.ir.Role;
import dlc.ir.TensorType;
import java.util.Arrays;
import java.util.List;

/** Ops without operands that compute nothing: what a graph starts from. */
public sealed interface Leaf extends Op {

  @Override
  default List<String> operandNames() {
    return List.of();
  }

  /** What the caller hands in. */
  record Parameter(String name, TensorType type, Role role) implements Leaf {
    @Override
    public TensorType inferType(Operands operands) {
      return type;
    }
  }

  /** Elements that are known at compile time. */
  final class Constant implements Leaf {
    private final TensorType type;
    private final double[] elements;

    private Constant(TensorType type, double[] elements) {
      this.type = type;
      this.elements = elements;
    }

    /** The constant of {@code elements}, each rounded to the type. */
    public static Constant of(TensorType type, double... elements) {
      if (elements.length != type.elements()) {
        throw new IllegalArgumentException(elements.length + " elements for " + type);
      }
      return new Constant(type, Arrays.stream(elements).map(type.dtype()::round).toArray());
    }

    public TensorType type() {
      return type;
    }

    /** The element at row-major position {@code index}. */
    public double element(int index) {
      return elements[index];
    }

    /** A copy of the elements in row-major order. */
    public double[] elements() {
      return elements.clone();
    }

    /** Whether all elements are {@code value}. */
    public boolean isAll(double value) {
      return Arrays.stream(elements).allMatch(element -> element == value);
    }

    @Override
    public TensorType inferType(Operands operands) {
      return type;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Constant constant
          && type.equals(constant.type)
          && Arrays.equals(elements, constant.elements);
    }

    @Override
    public int hashCode() {
      return 31 * type.hashCode() + Arrays.hashCode(elements);
    }
  }
}
