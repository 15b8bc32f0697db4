// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

import java.util.List;
import java.util.stream.IntStream;

/** The mean of numbers that chance moves, and how far one of them lies from it. */
record Spread(double mean, double deviation, int count) {

  static Spread of(List<Double> numbers) {
    double mean = numbers.stream().mapToDouble(each -> each).average().orElse(Double.NaN);
    double squares = numbers.stream().mapToDouble(each -> (each - mean) * (each - mean)).sum();
    int count = numbers.size();
    return new Spread(mean, Math.sqrt(squares / (count - 1)), count);
  }

  /** That of the differences of each of {@code these} from the one of {@code others} beside it. */
  static Spread ofDifferences(List<Double> these, List<Double> others) {
    return of(
        IntStream.range(0, these.size())
            .mapToObj(i -> these.get(i) - others.get(i))
            .toList());
  }

  /** The standard error of the mean. */
  double error() {
    return deviation / Math.sqrt(count);
  }
}
