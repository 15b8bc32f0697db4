// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.data;

import dlc.ir.scalar.Philox;
import java.util.stream.IntStream;

/**
 * A sequence of random numbers that is a function of seed, purpose and step.
 *
 * <p>Word {@code i} is {@code Philox.word(stream, seed, step, i)}, with a stream of its own for
 * each {@link Purpose}; streams of programs are numbered from 0 upwards, these downwards from -1.
 */
public final class RandomStream {

  /** What random numbers are drawn for; no two purposes share any. */
  public enum Purpose {
    SHUFFLE,
    SPLIT,
    DIGITS,
    SPIRALS,
    RANDOM,
    GENERATE,
    DIGIT_PAIRS,
    SWEEP;

    private int stream() {
      return -1 - ordinal();
    }
  }

  private final int stream;
  private final int seed;
  private final int step;
  private int element;

  public RandomStream(Purpose purpose, int seed, int step) {
    this.stream = purpose.stream();
    this.seed = seed;
    this.step = step;
  }

  /**
   * The numbers below {@code count} in random order, by Fisher and Yates.
   *
   * <p>From the last place {@code i} down to place 1, what stands there changes places with what
   * stands at {@code below(i + 1)}.
   */
  public static int[] permutation(Purpose purpose, int seed, int step, int count) {
    RandomStream random = new RandomStream(purpose, seed, step);
    int[] order = IntStream.range(0, count).toArray();
    for (int i = count - 1; i > 0; i--) {
      int j = random.below(i + 1);
      int moved = order[i];
      order[i] = order[j];
      order[j] = moved;
    }
    return order;
  }

  /** The next int in {@code [0, bound)}: the upper half of bound times an unsigned word. */
  public int below(int bound) {
    return (int) (((word() & 0xFFFFFFFFL) * bound) >>> 32);
  }

  /** The next multiple of 2^-24 in {@code [0, 1)}. */
  public double uniform() {
    return (word() >>> 8) * 0x1p-24;
  }

  /** The next number between {@code low} and {@code high}. */
  public double between(double low, double high) {
    return low + (high - low) * uniform();
  }

  /** The next number of nearly normal distribution, mean 0 and deviation 1: a sum of twelve. */
  public double normal() {
    double sum = -6;
    for (int i = 0; i < 12; i++) {
      sum += uniform();
    }
    return sum;
  }

  private int word() {
    return Philox.word(stream, seed, step, element++);
  }
}
