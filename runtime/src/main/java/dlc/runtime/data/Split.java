// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.data;

import dlc.base.Code;
import dlc.base.UserError;
import dlc.runtime.data.RandomStream.Purpose;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Which share of the training part is held out for validation, and for testing where the source has
 * no test part of its own.
 *
 * @param isStratified whether each part has the classes in the shares in which all have them
 * @param fold what validates in cross-validation, instead of {@code validation}
 */
public record Split(
    Optional<Share> validation, Optional<Share> test, boolean isStratified, Optional<Fold> fold) {

  private static final Share USUAL_TEST = new Share(0.2, true);
  private static final Share USUAL_END_OF_TEXT = new Share(0.1, true);

  /** No validation part, and the usual test part. */
  public static final Split NONE = new Split(Optional.empty(), Optional.empty());

  /** A part of {@code count} equal ones, from 0. */
  public record Fold(int index, int count) {

    private int start(int samples) {
      return (int) ((long) samples * index / count);
    }

    private int end(int samples) {
      return (int) ((long) samples * (index + 1) / count);
    }

    /** How many of so many samples it is. */
    public int countOf(int samples) {
      return end(samples) - start(samples);
    }
  }

  /** Parts in which the classes lie as they come. */
  public Split(Optional<Share> validation, Optional<Share> test) {
    this(validation, test, false, Optional.empty());
  }

  /** A fraction of the samples, or a count of them. */
  public record Share(double amount, boolean isFraction) {

    /** What a number in a program means: {@code 0.1} is a fraction, {@code 500} a count. */
    public static Share of(Number number) {
      boolean isFraction = number instanceof Double || number instanceof Float;
      double amount = number.doubleValue();
      if (!(amount >= 0) || (isFraction && amount >= 1)) {
        throw new UserError(
                Code.BAD_SETTING, "split", number + " is neither a count nor a fraction below 1")
            .help("split validation=0.1 holds out a tenth, validation=500 that many samples");
      }
      return new Share(amount, isFraction);
    }

    /** How many of so many samples it is. */
    public int countOf(int samples) {
      return (int) Math.min(Integer.MAX_VALUE, Math.round(isFraction ? amount * samples : amount));
    }
  }

  /**
   * Cuts {@code parts}: of the samples in random order the first ones are for testing, the next for
   * validation, and the rest in their original order for training; of folds one is for validation.
   * Samples that follow each other stay together: the last ones are for testing, those before for
   * validation, and what overlaps two parts belongs to none.
   */
  Loaded cut(Source.Parts parts, boolean hasTestPart, int seed) {
    Dataset all = parts.training();
    refuse(parts, hasTestPart);
    Share usual = parts.overlap().isPresent() ? USUAL_END_OF_TEXT : USUAL_TEST;
    int testCount = hasTestPart ? 0 : test.orElse(usual).countOf(all.size());
    int rest = all.size() - testCount;
    int overlap = parts.overlap().orElse(0);
    int testGap = testCount > 0 ? overlap : 0;
    int validationStart = testCount + testGap + fold.map(each -> each.start(rest)).orElse(0);
    int validationCount =
        fold.map(each -> each.countOf(rest))
            .or(() -> validation.map(share -> share.countOf(rest)))
            .orElse(0);
    int validationGap = validationCount > 0 ? overlap : 0;
    if ((long) testCount + testGap + validationCount + validationGap >= all.size()) {
      throw new UserError(
              Code.BAD_SETTING,
              "split",
              "%d validation and %d test samples leave none of %d to train on"
                  .formatted(validationCount, testCount, all.size()))
          .help("hold out less");
    }
    int validationEnd = validationStart + validationCount;
    int[] order = parts.overlap().isPresent() ? backwards(all.size()) : shuffled(all, seed);
    int trainingStart = validationEnd + validationGap;
    int[] training =
        IntStream.range(testCount + testGap, all.size())
            .filter(i -> i < validationStart || i >= trainingStart)
            .map(i -> order[i])
            .sorted()
            .toArray();
    return new Loaded(
        training.length == all.size() ? all : all.select(training),
        part(all, order, validationStart, validationEnd),
        hasTestPart ? parts.test() : part(all, order, 0, testCount),
        parts.notes());
  }

  private void refuse(Source.Parts parts, boolean hasTestPart) {
    String name = parts.training().name();
    if (hasTestPart && test.isPresent()) {
      throw new UserError(
              Code.BAD_SETTING, "split", "test= has no use here, " + name + " has test data")
          .help("leave test= out");
    }
    if (parts.overlap().isPresent() && (isStratified || fold.isPresent())) {
      throw new UserError(
              Code.BAD_SETTING, "split", "the samples of " + name + " overlap, as parts of a text")
          .help("only validation= applies to them");
    }
  }

  private static int[] backwards(int size) {
    return IntStream.range(0, size).map(i -> size - 1 - i).toArray();
  }

  private int[] shuffled(Dataset all, int seed) {
    int[] order = RandomStream.permutation(Purpose.SPLIT, seed, 0, all.size());
    return isStratified ? Strata.spread(order, all) : order;
  }

  private static Optional<Dataset> part(Dataset all, int[] order, int start, int end) {
    return start == end ? Optional.empty() : Optional.of(all.select(sorted(order, start, end)));
  }

  private static int[] sorted(int[] order, int start, int end) {
    int[] part = Arrays.copyOfRange(order, start, end);
    Arrays.sort(part);
    return part;
  }
}
