// SPDX-License-Identifier: Apache-2.0
package dlc.passes.simplify;

import dlc.ir.Value;
import dlc.ir.op.Dot;
import dlc.ir.op.Layout.Transpose;
import dlc.passes.Rewrite;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Writes transposes of operands and of the result into a dot's letters.
 *
 * <pre>
 * dot "ij,jk->ik" (transpose a), b   =>   dot "ji,jk->ik" a, b
 * transpose (dot "ij,jk->ik" a, b)   =>   dot "ij,jk->ki" a, b
 * </pre>
 */
final class AbsorbIntoDot implements SimplifyRule {

  @Override
  public Optional<Value> apply(Value value, Rewrite target) {
    if (value.op() instanceof Transpose(List<Integer> axes)
        && value.operand(0).op() instanceof Dot dot) {
      String result = permuted(dot.result(), axes);
      return Optional.of(
          target.emit(
              new Dot(dot.lhs() + "," + dot.rhs() + "->" + result), value.operand(0).operands()));
    }
    if (!(value.op() instanceof Dot dot)) {
      return Optional.empty();
    }
    Value lhs = value.operand(0);
    Value rhs = value.operand(1);
    if (lhs.op() instanceof Transpose transpose) {
      String letters = permuted(dot.lhs(), transpose.inverse().permutation());
      Dot direct = new Dot(letters + "," + dot.rhs() + "->" + dot.result());
      return Optional.of(target.emit(direct, lhs.operand(0), rhs));
    }
    if (rhs.op() instanceof Transpose transpose) {
      String letters = permuted(dot.rhs(), transpose.inverse().permutation());
      Dot direct = new Dot(dot.lhs() + "," + letters + "->" + dot.result());
      return Optional.of(target.emit(direct, lhs, rhs.operand(0)));
    }
    return Optional.empty();
  }

  private static String permuted(String letters, List<Integer> axes) {
    return axes.stream()
        .map(axis -> String.valueOf(letters.charAt(axis)))
        .collect(Collectors.joining());
  }
}
