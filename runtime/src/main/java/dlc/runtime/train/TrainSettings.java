// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.train;

import dlc.base.Code;
import dlc.base.UserError;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * How to train.
 *
 * <p>{@code steps} ends training before all {@code epochs} are over; {@code output} is the result
 * of the program that metrics compare with the target; with {@code checkFinite} all state is looked
 * through after each step.
 */
public record TrainSettings(
    int batch,
    int epochs,
    OptionalLong steps,
    int seed,
    double lr,
    boolean dropLast,
    boolean shuffle,
    Task task,
    List<Metric> metrics,
    String output,
    boolean checkFinite) {

  public TrainSettings {
    requirePositive("batch", batch);
    requirePositive("epochs", epochs);
    steps.ifPresent(limit -> requirePositive("steps", limit));
    metrics = List.copyOf(metrics);
  }

  /** The given settings, and the usual ones for the rest: accuracy for classes, shuffled. */
  public static TrainSettings of(int batch, int epochs, int seed, double lr, Task task) {
    return new TrainSettings(
        batch,
        epochs,
        OptionalLong.empty(),
        seed,
        lr,
        false,
        true,
        task,
        List.of(),
        "output",
        false);
  }

  public TrainSettings withSteps(long limit) {
    return new TrainSettings(
        batch,
        epochs,
        OptionalLong.of(limit),
        seed,
        lr,
        dropLast,
        shuffle,
        task,
        metrics,
        output,
        checkFinite);
  }

  public TrainSettings withMetrics(List<Metric> wanted) {
    return new TrainSettings(
        batch, epochs, steps, seed, lr, dropLast, shuffle, task, wanted, output, checkFinite);
  }

  public TrainSettings inFileOrder() {
    return new TrainSettings(
        batch, epochs, steps, seed, lr, dropLast, false, task, metrics, output, checkFinite);
  }

  public TrainSettings droppingLast() {
    return new TrainSettings(
        batch, epochs, steps, seed, lr, true, shuffle, task, metrics, output, checkFinite);
  }

  public TrainSettings checkingFinite() {
    return new TrainSettings(
        batch, epochs, steps, seed, lr, dropLast, shuffle, task, metrics, output, true);
  }

  /** The metrics to report: what was asked for, and accuracy first wherever there are classes. */
  List<Metric> reported() {
    List<Metric> reported = new ArrayList<>(metrics);
    boolean hasClasses =
        switch (task) {
          case Task.Classes _, Task.Binary _ -> true;
          case Task.Values _ -> false;
        };
    if (hasClasses && !reported.contains(Metric.ACCURACY)) {
      reported.addFirst(Metric.ACCURACY);
    }
    return reported;
  }

  private static void requirePositive(String name, long value) {
    if (value < 1) {
      throw new UserError(Code.BAD_SETTING, name, value + " is too few, 1 is the least")
          .help("give " + name + " a number above 0");
    }
  }
}
