// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How long contenders work, one after the other, so that a slow phase of the machine hits them
 * alike.
 *
 * @param warmUp seconds before anything counts
 * @param round seconds of a round, at least one step
 * @param rounds how many there are
 */
record Turns(double warmUp, double round, int rounds) {

  /** A single step each. */
  static final Turns ONCE = new Turns(0, 0, 1);

  /** With slow steps it ends after so long, but not before so many rounds. */
  private static final double LONGEST_SECONDS = 60;

  private static final int FEWEST_ROUNDS = 5;

  /** The speeds in the order of {@code contenders}. */
  List<Speed> take(List<Contender> contenders, Work work) {
    contenders.forEach(contender -> contender.round(work, warmUp));
    Map<Contender, Samples> times = new LinkedHashMap<>();
    long end = System.nanoTime() + (long) (LONGEST_SECONDS * 1e9);
    for (int i = 0; i < rounds; i++) {
      if (i >= FEWEST_ROUNDS && System.nanoTime() > end) {
        break;
      }
      for (Contender contender : contenders) {
        double seconds = contender.round(work, round);
        times.computeIfAbsent(contender, _ -> new Samples()).add(seconds);
      }
    }
    return times.entrySet().stream()
        .map(each -> Speed.of(each.getKey().name(), each.getValue()))
        .toList();
  }
}
