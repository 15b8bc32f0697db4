// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

import java.util.Comparator;
import java.util.List;

/**
 * The seconds that a step of one contender took, over the rounds.
 *
 * @param contender its name
 */
record Speed(String contender, double best, double median, double worst) {

  static Speed of(String contender, Samples seconds) {
    return new Speed(contender, seconds.least(), seconds.median(), seconds.most());
  }

  /** The one whose best round is the fastest. */
  static Speed fastest(List<Speed> speeds) {
    return speeds.stream().min(Comparator.comparingDouble(Speed::best)).orElseThrow();
  }

  Speed named(String name) {
    return new Speed(name, best, median, worst);
  }
}
