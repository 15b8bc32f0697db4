// SPDX-License-Identifier: Apache-2.0
package dlc.frontend;

import dlc.base.Span;
import dlc.frontend.value.Datum;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The settings of one {@code train} section, checked.
 *
 * @param data where the samples come from; the training part where {@code test} is given
 * @param split what of the training part validates
 * @param loss the loss as text, for reports
 * @param optimizer its arguments with defaults filled in, {@code lr} among them
 * @param checkpoint where the program says something of it
 */
public record TrainSection(
    String model,
    Optional<Invocation> data,
    Optional<Invocation> test,
    Split split,
    Optional<Normalize> normalize,
    Optional<String> loss,
    Optional<Invocation> optimizer,
    int batch,
    boolean dropLast,
    Optional<Integer> epochs,
    Optional<Integer> steps,
    long seed,
    List<String> metrics,
    Optional<Clip> clip,
    Precision precision,
    Updates updates,
    Optional<Stop> stop,
    Optional<Checkpoint> checkpoint,
    Span span) {

  /** The batch size where none is given. */
  public static final int DEFAULT_BATCH = 32;

  /**
   * What of the training part validates.
   *
   * @param validation how much: a fraction below 1 ({@link Double}) or a count ({@link Long})
   * @param isStratified whether each part has the classes in the same shares
   * @param folds of cross-validation, each of which validates once; then there is no {@code
   *     validation}
   */
  public record Split(Optional<Number> validation, boolean isStratified, Optional<Integer> folds) {
    /** Nothing validates. */
    public static final Split NONE = new Split(Optional.empty(), false, Optional.empty());
  }

  /** The arithmetic of the model. */
  public enum Precision {
    F32,
    F64,
    /** Products on two bytes, the rest f32. */
    BF16,
    /** As BF16, with the loss scaled. */
    F16;

    /** The precision that programs write as {@code name}. */
    public static Optional<Precision> named(String name) {
      return Arrays.stream(values()).filter(each -> each.toString().equals(name)).findFirst();
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Subtracts a mean and divides by a deviation, per channel.
   *
   * @param measured whether both are to be measured on the training part ({@code auto})
   */
  public record Normalize(boolean measured, List<Double> mean, List<Double> std) {
    public Normalize {
      mean = List.copyOf(mean);
      std = List.copyOf(std);
    }
  }

  /** A bound for gradients: of the norm of all together, or of each element. */
  public record Clip(boolean byNorm, double bound) {}

  /**
   * How gradients become new weights.
   *
   * @param schedule the schedules of the learning rate, one after the other
   * @param accumulate how many batches one step of the optimizer sums up
   * @param ema the decay of the averages of weights that are evaluated and saved
   * @param undecayed weights that do not decay, unless their group says so
   * @param groups the last that matches a weight changes the optimizer's arguments for it
   * @param frozen weights that are not trained
   */
  public record Updates(
      List<Invocation> schedule,
      int accumulate,
      Optional<Double> ema,
      List<WeightPattern> undecayed,
      List<Group> groups,
      List<WeightPattern> frozen) {
    /** What weights that do not decay change of the optimizer's arguments. */
    public static final Map<String, Datum> NO_DECAY =
        Map.of("weight_decay", new Datum.FloatDatum(0));

    public Updates {
      schedule = List.copyOf(schedule);
      undecayed = List.copyOf(undecayed);
      groups = List.copyOf(groups);
      frozen = List.copyOf(frozen);
    }

    /** Whether the weight called {@code name} is not trained. */
    public boolean freezes(String name) {
      return anyMatches(frozen, name);
    }

    /** What the optimizer's arguments are for the weight called {@code name}, where it is told. */
    public Map<String, Datum> changes(String name) {
      Map<String, Datum> changes = new LinkedHashMap<>();
      if (anyMatches(undecayed, name)) {
        changes.putAll(NO_DECAY);
      }
      groups.stream()
          .filter(group -> anyMatches(group.patterns(), name))
          .reduce((_, later) -> later)
          .ifPresent(group -> changes.putAll(group.arguments()));
      return changes;
    }

    private static boolean anyMatches(List<WeightPattern> patterns, String name) {
      return patterns.stream().anyMatch(each -> each.matches(name));
    }
  }

  /** Weights for which some of the optimizer's arguments are others. */
  public record Group(List<WeightPattern> patterns, Map<String, Datum> arguments) {
    public Group {
      patterns = List.copyOf(patterns);
      arguments = Map.copyOf(arguments);
    }
  }

  /**
   * Ends training when a figure no longer gets better.
   *
   * @param patience how many epochs without a better figure are borne
   * @param on the figure, such as {@code validation.loss}
   * @param least how much better counts
   * @param restores whether training ends with the weights of the best epoch
   */
  public record Stop(int patience, String on, double least, boolean restores) {
    public static final String VALIDATION_LOSS = "validation.loss";
  }

  /**
   * When the whole state of training is saved, where a folder for it is given.
   *
   * @param every so many epochs
   * @param kept how many of the newest are kept
   * @param keepsBest whether the one with the best validation loss is kept as well
   */
  public record Checkpoint(int every, int kept, boolean keepsBest) {
    /** Where the program does not say; the second file survives damage to the first. */
    public static final Checkpoint USUAL = new Checkpoint(1, 2, false);
  }

  public TrainSection {
    metrics = List.copyOf(metrics);
  }

  /** The learning rate that training starts with. */
  public Optional<Double> learningRate() {
    return optimizer
        .flatMap(each -> each.argument(-1, "lr"))
        .map(value -> ((Number) value).doubleValue());
  }
}
