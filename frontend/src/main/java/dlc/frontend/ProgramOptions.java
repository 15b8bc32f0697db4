// SPDX-License-Identifier: Apache-2.0
package dlc.frontend;

import dlc.ir.DType;
import java.util.List;
import java.util.Optional;

/**
 * What an entry point is specialised for.
 *
 * @param batch samples per call
 * @param byteImages whether the first input arrives as bytes, which the program divides by 255
 * @param normalization applied to the first input by the program
 * @param optimizer instead of the train section's, such as {@code sgd(lr=0.1, momentum=0.9)}
 * @param loss instead of the train section's
 * @param floatType what {@code f32} in the program stands for
 * @param narrowType what operands and results of products are rounded to, if to anything
 * @param constantRate whether the train section's schedule is left out
 * @param classCounts how many samples of the training part have each class; empty when not known
 */
public record ProgramOptions(
    int batch,
    boolean byteImages,
    Optional<Normalization> normalization,
    Optional<String> optimizer,
    Optional<String> loss,
    DType floatType,
    Optional<DType> narrowType,
    boolean constantRate,
    List<Long> classCounts) {

  public ProgramOptions {
    classCounts = List.copyOf(classCounts);
  }

  /** Per channel, or one value for all. */
  public record Normalization(List<Double> mean, List<Double> std) {
    public Normalization {
      mean = List.copyOf(mean);
      std = List.copyOf(std);
    }
  }

  /** Float inputs as they are, the train section's loss and optimizer, f32. */
  public static ProgramOptions of(int batch) {
    return new ProgramOptions(
        batch,
        false,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        DType.F32,
        Optional.empty(),
        false,
        List.of());
  }

  /** The same with bytes for the first input. */
  public ProgramOptions withByteImages() {
    return new ProgramOptions(
        batch,
        true,
        normalization,
        optimizer,
        loss,
        floatType,
        narrowType,
        constantRate,
        classCounts);
  }

  public ProgramOptions withNormalization(Normalization value) {
    return new ProgramOptions(
        batch,
        byteImages,
        Optional.of(value),
        optimizer,
        loss,
        floatType,
        narrowType,
        constantRate,
        classCounts);
  }

  public ProgramOptions withOptimizer(String text) {
    return new ProgramOptions(
        batch,
        byteImages,
        normalization,
        Optional.of(text),
        loss,
        floatType,
        narrowType,
        constantRate,
        classCounts);
  }

  public ProgramOptions withLoss(String text) {
    return new ProgramOptions(
        batch,
        byteImages,
        normalization,
        optimizer,
        Optional.of(text),
        floatType,
        narrowType,
        constantRate,
        classCounts);
  }

  public ProgramOptions withFloatType(DType value) {
    return new ProgramOptions(
        batch,
        byteImages,
        normalization,
        optimizer,
        loss,
        value,
        narrowType,
        constantRate,
        classCounts);
  }

  /** Mixed precision: products on {@code value}, everything else on {@link #floatType}. */
  public ProgramOptions withNarrowType(DType value) {
    return new ProgramOptions(
        batch,
        byteImages,
        normalization,
        optimizer,
        loss,
        floatType,
        Optional.of(value),
        constantRate,
        classCounts);
  }

  /** A learning rate that is what the setting says at every step. */
  public ProgramOptions withConstantRate() {
    return new ProgramOptions(
        batch,
        byteImages,
        normalization,
        optimizer,
        loss,
        floatType,
        narrowType,
        true,
        classCounts);
  }

  public ProgramOptions withBatch(int value) {
    return new ProgramOptions(
        value,
        byteImages,
        normalization,
        optimizer,
        loss,
        floatType,
        narrowType,
        constantRate,
        classCounts);
  }

  /** For losses that weigh classes by how often they occur. */
  public ProgramOptions withClassCounts(List<Long> counts) {
    return new ProgramOptions(
        batch,
        byteImages,
        normalization,
        optimizer,
        loss,
        floatType,
        narrowType,
        constantRate,
        counts);
  }
}
