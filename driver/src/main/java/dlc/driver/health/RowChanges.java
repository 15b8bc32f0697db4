// SPDX-License-Identifier: Apache-2.0
package dlc.driver.health;

import dlc.ir.TensorType;
import dlc.runtime.Executable;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Remembers rows of weights, to see later whether they have changed at all.
 *
 * <p>A row of a matrix belongs to one unit. One that stays as it was gets no gradient: a sign that
 * costs next to nothing to see. Only the first elements of each row are remembered.
 */
final class RowChanges {

  private static final long REMEMBERED = 16;

  private record Rows(MemorySegment weight, TensorType type, MemorySegment before) {}

  private final List<Rows> all = new ArrayList<>();

  /**
   * Remembers the weights of {@code model}.
   *
   * @param isFrozen whether a weight is not to change
   */
  RowChanges(Executable model, Predicate<String> isFrozen) {
    for (Map.Entry<String, TensorType> state : model.states().entrySet()) {
      TensorType type = state.getValue();
      boolean isWeight =
          state.getKey().indexOf('/') < 0 && type.rank() > 1 && !isFrozen.test(state.getKey());
      if (isWeight && type.dtype().isFloat()) {
        MemorySegment weight = model.state(state.getKey()).asSlice(0, type.bytes());
        all.add(new Rows(weight, type, starts(weight, type)));
      }
    }
  }

  /** Whether most rows of some weight are as they were. */
  boolean mostAreStill() {
    return all.stream().anyMatch(RowChanges::mostAreStill);
  }

  private static boolean mostAreStill(Rows rows) {
    MemorySegment now = starts(rows.weight, rows.type);
    int count = rows.type.dim(0);
    long each = now.byteSize() / count;
    int still = 0;
    for (int row = 0; row < count; row++) {
      long start = row * each;
      long end = start + each;
      boolean same = MemorySegment.mismatch(now, start, end, rows.before, start, end) == -1;
      still += same ? 1 : 0;
    }
    return 2 * still > count;
  }

  private static MemorySegment starts(MemorySegment weight, TensorType type) {
    int rows = type.dim(0);
    long width = type.bytes() / rows;
    int kept = (int) Math.min(width, REMEMBERED * type.dtype().bytes());
    MemorySegment starts = MemorySegment.ofArray(new byte[rows * kept]);
    for (int row = 0; row < rows; row++) {
      MemorySegment.copy(weight, row * width, starts, (long) row * kept, kept);
    }
    return starts;
  }
}
