// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import dlc.base.Code;
import dlc.base.UserError;
import dlc.runtime.data.RandomStream;
import dlc.runtime.data.RandomStream.Purpose;
import java.util.Arrays;
import java.util.OptionalInt;

/**
 * Chooses tokens by their scores: each is e times as likely as one whose score is {@code
 * temperature} less, and only the {@code top} best are chosen at all. At temperature 0 the best is.
 */
public final class Sampling {

  private final double temperature;
  private final OptionalInt top;
  private final RandomStream random;

  public Sampling(double temperature, OptionalInt top, int seed) {
    if (!(temperature >= 0) || Double.isInfinite(temperature)) {
      throw new UserError(
          Code.BAD_OPTION, "--temperature is %s, it must be 0 or more".formatted(temperature));
    }
    if (top.isPresent() && top.getAsInt() < 1) {
      throw new UserError(
          Code.BAD_OPTION, "--top-k is %d, it must be at least 1".formatted(top.getAsInt()));
    }
    this.temperature = temperature;
    this.top = top;
    this.random = new RandomStream(Purpose.GENERATE, seed, 0);
  }

  /** One of the tokens that {@code scores} are for. */
  int choose(double[] scores) {
    int best = 0;
    for (int token = 1; token < scores.length; token++) {
      if (scores[token] > scores[best]) {
        best = token;
      }
    }
    if (temperature == 0) {
      return best;
    }
    double least = leastOfTop(scores);
    double[] upTo = new double[scores.length];
    double sum = 0;
    for (int token = 0; token < scores.length; token++) {
      if (scores[token] >= least) {
        sum += Math.exp((scores[token] - scores[best]) / temperature);
      }
      upTo[token] = sum;
    }
    double drawn = random.uniform() * sum;
    for (int token = 0; token < scores.length; token++) {
      if (drawn < upTo[token]) {
        return token;
      }
    }
    return best;
  }

  private double leastOfTop(double[] scores) {
    if (top.isEmpty() || top.getAsInt() >= scores.length) {
      return Double.NEGATIVE_INFINITY;
    }
    double[] sorted = scores.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length - top.getAsInt()];
  }
}
