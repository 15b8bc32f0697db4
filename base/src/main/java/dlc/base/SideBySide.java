// SPDX-License-Identifier: Apache-2.0
package dlc.base;

import java.util.List;
import java.util.concurrent.ForkJoinTask;
import java.util.function.Function;

/**
 * Does several pieces of work on all processors.
 *
 * <p>A parallel stream deals pieces out in a few handfuls, of which the last may be a long one.
 * Here a thread that is done takes one more piece, until there is none.
 */
public final class SideBySide {

  private SideBySide() {}

  /** What {@code work} makes of each of {@code pieces}, in their order. */
  public static <T, R> List<R> map(List<T> pieces, Function<T, R> work) {
    List<ForkJoinTask<R>> tasks =
        pieces.stream().map(piece -> ForkJoinTask.adapt(() -> work.apply(piece))).toList();
    return ForkJoinTask.invokeAll(tasks).stream().map(ForkJoinTask::join).toList();
  }
}
