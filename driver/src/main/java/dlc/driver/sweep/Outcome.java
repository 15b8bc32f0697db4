// SPDX-License-Identifier: Apache-2.0
package dlc.driver.sweep;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What came of a trial.
 *
 * @param curve the metric after each epoch that was measured, by epoch
 * @param seconds that it took, all its runs together
 * @param error why it failed, if it did
 */
public record Outcome(
    Trial trial, Map<Integer, Double> curve, double seconds, Optional<String> error) {

  public Outcome {
    curve = Collections.unmodifiableMap(new TreeMap<>(curve));
  }

  static Outcome none(Trial trial) {
    return new Outcome(trial, Map.of(), 0, Optional.empty());
  }

  /** How many epochs it has trained. */
  public int epochs() {
    return curve.keySet().stream().mapToInt(each -> each).max().orElse(0);
  }

  /** The metric after its last epoch, if it got so far. */
  public Optional<Double> figure() {
    return Optional.ofNullable(curve.get(epochs()));
  }

  /** The metric after epoch {@code epoch}, or the last one before. */
  Optional<Double> figureAt(int epoch) {
    return curve.entrySet().stream()
        .filter(each -> each.getKey() <= epoch)
        .reduce((_, last) -> last)
        .map(Map.Entry::getValue);
  }

  /** This and what {@code later} adds: further epochs of the same trial. */
  Outcome and(Outcome later) {
    Map<Integer, Double> both = new TreeMap<>(curve);
    both.putAll(later.curve);
    return new Outcome(trial, both, seconds + later.seconds, later.error);
  }
}
