// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.train;

import dlc.base.Code;
import dlc.base.UserError;
import dlc.runtime.data.RandomStream;
import dlc.runtime.data.RandomStream.Purpose;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/**
 * How to train.
 *
 * <p>{@code steps} ends training before all {@code epochs} are over; {@code accumulate} batches
 * make one step; {@code output} is the result of the program that metrics compare with the target;
 * with {@code checkFinite} all state is looked through after each step.
 */
public record TrainSettings(
    int batch,
    int accumulate,
    int epochs,
    OptionalLong steps,
    int seed,
    double lr,
    boolean dropLast,
    boolean shuffle,
    Task task,
    List<Metric> metrics,
    String output,
    Optional<EarlyStop> early,
    boolean checkFinite) {

  public TrainSettings {
    requirePositive("batch", batch);
    requirePositive("accumulate", accumulate);
    requirePositive("epochs", epochs);
    steps.ifPresent(limit -> requirePositive("steps", limit));
    metrics = List.copyOf(metrics);
  }

  /** The given settings, and the usual ones for the rest: accuracy for classes, shuffled. */
  public static TrainSettings of(int batch, int epochs, int seed, double lr, Task task) {
    return new TrainSettings(
        batch,
        1,
        epochs,
        OptionalLong.empty(),
        seed,
        lr,
        false,
        true,
        task,
        List.of(),
        "output",
        Optional.empty(),
        false);
  }

  public TrainSettings withSteps(long limit) {
    return new TrainSettings(
        batch,
        accumulate,
        epochs,
        OptionalLong.of(limit),
        seed,
        lr,
        dropLast,
        shuffle,
        task,
        metrics,
        output,
        early,
        checkFinite);
  }

  public TrainSettings withMetrics(List<Metric> wanted) {
    return new TrainSettings(
        batch,
        accumulate,
        epochs,
        steps,
        seed,
        lr,
        dropLast,
        shuffle,
        task,
        wanted,
        output,
        early,
        checkFinite);
  }

  public TrainSettings inFileOrder() {
    return new TrainSettings(
        batch,
        accumulate,
        epochs,
        steps,
        seed,
        lr,
        dropLast,
        false,
        task,
        metrics,
        output,
        early,
        checkFinite);
  }

  public TrainSettings droppingLast() {
    return new TrainSettings(
        batch,
        accumulate,
        epochs,
        steps,
        seed,
        lr,
        true,
        shuffle,
        task,
        metrics,
        output,
        early,
        checkFinite);
  }

  public TrainSettings checkingFinite() {
    return new TrainSettings(
        batch,
        accumulate,
        epochs,
        steps,
        seed,
        lr,
        dropLast,
        shuffle,
        task,
        metrics,
        output,
        early,
        true);
  }

  /** One step for so many batches. */
  public TrainSettings accumulating(int batches) {
    return new TrainSettings(
        batch,
        batches,
        epochs,
        steps,
        seed,
        lr,
        dropLast,
        shuffle,
        task,
        metrics,
        output,
        early,
        checkFinite);
  }

  public TrainSettings stoppingEarly(EarlyStop rule) {
    return new TrainSettings(
        batch,
        accumulate,
        epochs,
        steps,
        seed,
        lr,
        dropLast,
        shuffle,
        task,
        metrics,
        output,
        Optional.of(rule),
        checkFinite);
  }

  /** The order in which epoch {@code epoch} takes so many samples. */
  int[] order(int epoch, int samples) {
    return shuffle
        ? RandomStream.permutation(Purpose.SHUFFLE, seed, epoch, samples)
        : IntStream.range(0, samples).toArray();
  }

  /** The metrics to report: what was asked for, and accuracy first wherever there are classes. */
  List<Metric> reported() {
    return reported(task, metrics);
  }

  /** The metrics to report where {@code metrics} were asked for. */
  public static List<Metric> reported(Task task, List<Metric> metrics) {
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
