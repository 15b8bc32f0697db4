// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.train;

import dlc.runtime.data.Dataset;
import java.util.OptionalInt;

/** What outputs and targets mean to each other, as far as metrics want to know. */
public sealed interface Task {

  /**
   * The output has a score for each of {@code count} classes along dimension {@code axis} of a
   * sample, the targets are class numbers; those equal to {@code ignored} do not count.
   */
  record Classes(int count, int axis, OptionalInt ignored) implements Task {}

  /** An output above {@code threshold} says yes; the targets are 0 or 1. */
  record Binary(double threshold) implements Task {}

  /** Outputs and targets are numbers. */
  record Values() implements Task {}

  /** Complains about the first label of {@code dataset} that this task has no class for. */
  default void requireLabels(Dataset dataset) {
    switch (this) {
      case Classes(int count, int _, OptionalInt ignored) -> dataset.requireClasses(count, ignored);
      case Binary _ -> dataset.requireClasses(2, OptionalInt.empty());
      case Values _ -> {}
    }
  }

  /** The usual classifier: the scores are the last dimension. */
  static Task classes(int count) {
    return new Classes(count, -1, OptionalInt.empty());
  }
}
