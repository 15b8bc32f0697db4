// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import dlc.ir.TensorType;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import java.util.ArrayList;
import java.util.List;

/**
 * A place in memory as a number of mixed radix, in which the counter of a row is a digit.
 *
 * <p>Of the place {@code 16384 * n + 256 * c + i}, with {@code c < 64} and {@code i < 256}, the
 * counter {@code c} is the digit from 256 to below 16384: {@code place / 256 % 64}. So two places
 * that differ in it are different, whatever else they depend on.
 */
final class RowDigits {

  /** What is added to the place: up to {@code max}, in multiples of {@code step}. */
  private record Part(long step, long max, LoopVar counter) {}

  private static final LoopVar NONE = new LoopVar("", 1);

  private RowDigits() {}

  /** Whether each of {@code rows} is a digit of the place of {@code access}. */
  static boolean hold(List<LoopVar> rows, Access access) {
    List<Part> parts = new ArrayList<>();
    TensorType type = access.buffer().type();
    for (int axis = 0; axis < type.rank(); axis++) {
      Index index = access.at().get(axis);
      if (!collect(index, type.strides().get(axis), type.dim(axis), rows, parts)) {
        return false;
      }
    }
    return rows.stream().allMatch(row -> isDigit(row, parts));
  }

  private static boolean collect(
      Index index, long stride, int dim, List<LoopVar> rows, List<Part> parts) {
    boolean isInside = index.min() >= 0 && index.max() < dim;
    boolean isEven =
        index.terms().stream().allMatch(term -> term.coefficient() > 0 && term.atom().min() >= 0);
    if (!isInside || !isEven) {
      // A test keeps it inside.
      parts.add(new Part(stride, stride * (dim - 1), NONE));
      return rows.stream().noneMatch(index::dependsOn);
    }
    if (index.constant() > 0) {
      parts.add(new Part(stride * index.constant(), stride * index.constant(), NONE));
    }
    for (Index.Term term : index.terms()) {
      LoopVar counter = term.atom() instanceof LoopVar loop ? loop : NONE;
      if (counter.equals(NONE) && rows.stream().anyMatch(Index.of(term.atom())::dependsOn)) {
        return false;
      }
      long step = stride * term.coefficient();
      parts.add(new Part(step, step * term.atom().max(), counter));
    }
    return true;
  }

  private static boolean isDigit(LoopVar row, List<Part> parts) {
    List<Part> own = parts.stream().filter(part -> part.counter().equals(row)).toList();
    if (own.size() != 1) {
      return false;
    }
    long step = own.getFirst().step();
    long below = 0;
    for (Part part : parts) {
      if (!part.equals(own.getFirst()) && part.step() < step) {
        below += part.max();
      } else if (!part.equals(own.getFirst()) && part.step() % (step * row.extent()) != 0) {
        return false;
      }
    }
    return below < step;
  }
}
