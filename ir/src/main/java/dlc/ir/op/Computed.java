// SPDX-License-Identifier: Apache-2.0
package dlc.ir.op;

import dlc.ir.TensorType;
import java.util.List;

/** Ops whose value is a {@link Comprehension} over the elements of their operands. */
public sealed interface Computed extends Op
    permits Elementwise, Generator, Layout, Contraction, Reduction, Lookup, Window, Tiles {

  /** The value of each element of the result: the definition of the op. */
  Comprehension comprehension(List<TensorType> operands, TensorType result);

  /** Adds to each operand's gradient its part; nothing where it does not depend on the operand. */
  void gradient(GradientContext grad);
}
