// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import dlc.base.Code;
import dlc.base.UserError;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * How long to train, where that is not what the program says.
 *
 * @param checkFinite whether all state is looked through after each step
 */
public record TrainLimits(OptionalInt epochs, OptionalLong steps, boolean checkFinite) {

  /** As the program says. */
  public static final TrainLimits NONE =
      new TrainLimits(OptionalInt.empty(), OptionalLong.empty(), false);

  public TrainLimits {
    epochs.ifPresent(count -> requirePositive("--epochs", count));
    steps.ifPresent(count -> requirePositive("--steps", count));
  }

  private static void requirePositive(String option, long count) {
    if (count < 1) {
      throw new UserError(
          Code.BAD_OPTION, "%s is %d, it must be at least 1".formatted(option, count));
    }
  }
}
