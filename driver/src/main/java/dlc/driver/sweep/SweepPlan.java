// SPDX-License-Identifier: Apache-2.0
package dlc.driver.sweep;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What is tried, and how long.
 *
 * @param rungs one, or with successive halving several: trials that do well go on to the next
 */
public record SweepPlan(
    String program,
    Map<String, String> space,
    Strategy strategy,
    List<Trial> trials,
    List<Rung> rungs,
    Objective objective,
    long seed) {

  /** Which trials there are. */
  public enum Strategy {
    /** Drawn by chance. */
    RANDOM,
    /** Every combination. */
    GRID,
    /** Drawn by chance; a third of them goes on three times as long, and so forth. */
    HALVING
  }

  /** The {@code survivors} best trials are trained until they have {@code epochs}. */
  public record Rung(int survivors, int epochs) {}

  private static final int ETA = 3;

  public SweepPlan {
    space = Collections.unmodifiableMap(new LinkedHashMap<>(space));
    trials = List.copyOf(trials);
    rungs = List.copyOf(rungs);
  }

  /** The rungs of {@code trials} trials of {@code epochs} epochs at most. */
  public static List<Rung> rungs(Strategy strategy, int trials, int epochs) {
    if (strategy != Strategy.HALVING) {
      return List.of(new Rung(trials, epochs));
    }
    List<Rung> rungs = new ArrayList<>();
    int survivors = trials;
    int last = 0;
    int steps = (int) Math.floor(Math.log(Math.max(1, trials)) / Math.log(ETA) + 1e-9);
    for (int rung = steps; rung >= 0; rung--) {
      int until = Math.max(1, (int) Math.ceil(epochs / Math.pow(ETA, rung)));
      if (until > last) {
        rungs.add(new Rung(survivors, until));
        last = until;
      }
      survivors = Math.max(1, survivors / ETA);
    }
    return rungs;
  }

  /**
   * What must be the same for a search to go on: everything that decides which trials there are.
   */
  Map<String, String> identity() {
    Map<String, String> identity = new LinkedHashMap<>();
    identity.put("program", program);
    identity.put("space", space.toString());
    identity.put("strategy", strategy.name().toLowerCase(Locale.ROOT));
    identity.put("trials", Integer.toString(trials.size()));
    identity.put("epochs", Integer.toString(rungs.getLast().epochs()));
    identity.put("metric", objective.toString());
    identity.put("seed", Long.toString(seed));
    return identity;
  }
}
