// SPDX-License-Identifier: Apache-2.0
package dlc.frontend;

import dlc.base.Span;
import java.util.List;
import java.util.Optional;

/**
 * The settings of one {@code train} section, checked.
 *
 * @param data where the samples come from; the training part where {@code test} is given
 * @param validation how much of the training part validates: a fraction below 1 ({@link Double}) or
 *     a count ({@link Long})
 * @param loss the loss as text, for reports
 * @param optimizer its arguments with defaults filled in, {@code lr} among them
 */
public record TrainSection(
    String model,
    Optional<Invocation> data,
    Optional<Invocation> test,
    Optional<Number> validation,
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
    Span span) {

  /** The batch size where none is given. */
  public static final int DEFAULT_BATCH = 32;

  /** The arithmetic of the model. */
  public enum Precision {
    F32,
    F64
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
