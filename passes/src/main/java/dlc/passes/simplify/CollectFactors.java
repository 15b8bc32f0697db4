// SPDX-License-Identifier: Apache-2.0
package dlc.passes.simplify;

import dlc.ir.Value;
import dlc.ir.op.Elementwise;
import dlc.passes.Rewrite;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A sum of two products with common factors is those factors times a sum.
 *
 * <pre>
 * (dy * a) * b + (dy * c)   =>   dy * (a * b + c)
 * </pre>
 *
 * <p>The rule of products makes such sums. What is left beside the gradient is the derivative of
 * the whole, which is made of forward values alone, as PyTorch's own backward functions compute it.
 */
final class CollectFactors implements SimplifyRule {

  /** Longer products are not looked through. */
  private static final int FACTORS = 8;

  @Override
  public Optional<Value> apply(Value value, Rewrite target) {
    if (!(value.op() == Elementwise.ADD || value.op() == Elementwise.SUB)
        || !value.type().dtype().isFloat()) {
      return Optional.empty();
    }
    List<Value> left = factors(value.operand(0));
    List<Value> right = factors(value.operand(1));
    List<Value> common = new ArrayList<>();
    for (Value factor : List.copyOf(left)) {
      if (Constants.uniform(factor).isEmpty() && right.remove(factor)) {
        left.remove(factor);
        common.add(factor);
      }
    }
    if (common.isEmpty() || left.isEmpty() || right.isEmpty()) {
      return Optional.empty();
    }
    Value sum = target.emit(value.op(), product(left, target), product(right, target));
    return Optional.of(target.emit(Elementwise.MUL, product(common, target), sum));
  }

  /** What {@code value} is a product of: itself, if of nothing else. */
  private static List<Value> factors(Value value) {
    List<Value> factors = new ArrayList<>(List.of(value));
    for (int i = 0; i < factors.size() && factors.size() < FACTORS; ) {
      Value factor = factors.get(i);
      if (factor.op() == Elementwise.MUL) {
        factors.set(i, factor.operand(0));
        factors.add(i + 1, factor.operand(1));
      } else {
        i++;
      }
    }
    return factors;
  }

  private static Value product(List<Value> factors, Rewrite target) {
    return factors.stream().reduce((x, y) -> target.emit(Elementwise.MUL, x, y)).orElseThrow();
  }
}
