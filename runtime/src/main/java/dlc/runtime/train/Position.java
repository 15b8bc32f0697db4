// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.train;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How far training is.
 *
 * @param epoch the epoch that is under way, from 0
 * @param batches how many batches of it are done
 * @param step how many steps of the optimizer are done
 * @param batchesInAll how many batches are done
 * @param best the best figure that early stopping has seen, NaN before the first
 * @param waited for how many epochs there was none better
 * @param bestLoss the least loss of those that the best checkpoint is chosen by, NaN before
 */
record Position(
    int epoch,
    int batches,
    long step,
    long batchesInAll,
    double best,
    int waited,
    double bestLoss) {

  static final Position START = new Position(0, 0, 0, 0, Double.NaN, 0, Double.NaN);

  /** After one more batch. */
  Position afterBatch(boolean isStep) {
    return new Position(
        epoch, batches + 1, isStep ? step + 1 : step, batchesInAll + 1, best, waited, bestLoss);
  }

  /** At the start of the next epoch. */
  Position nextEpoch() {
    return new Position(epoch + 1, 0, step, batchesInAll, best, waited, bestLoss);
  }

  /** Whether this is where the epoch with the best figure ended. */
  boolean isAtBest() {
    return batches == 0 && waited == 0 && !Double.isNaN(best);
  }

  /** The epoch with the best figure, from 1. */
  int bestEpoch() {
    return epoch - waited;
  }

  Position watching(double figure, int epochsWaited) {
    return new Position(epoch, batches, step, batchesInAll, figure, epochsWaited, bestLoss);
  }

  Position withBestLoss(double loss) {
    return new Position(epoch, batches, step, batchesInAll, best, waited, loss);
  }

  /** As text that {@link #of} reads; doubles in hexadecimal, which is exact. */
  Map<String, String> facts() {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("epoch", Integer.toString(epoch));
    facts.put("batches", Integer.toString(batches));
    facts.put("step", Long.toString(step));
    facts.put("batches_in_all", Long.toString(batchesInAll));
    facts.put("best", Double.toHexString(best));
    facts.put("waited", Integer.toString(waited));
    facts.put("best_loss", Double.toHexString(bestLoss));
    return facts;
  }

  /** The position that {@code facts} say; {@link NumberFormatException} where they say none. */
  static Position of(Map<String, String> facts) {
    return new Position(
        Integer.parseInt(facts.getOrDefault("epoch", "")),
        Integer.parseInt(facts.getOrDefault("batches", "")),
        Long.parseLong(facts.getOrDefault("step", "")),
        Long.parseLong(facts.getOrDefault("batches_in_all", "")),
        Double.parseDouble(facts.getOrDefault("best", "")),
        Integer.parseInt(facts.getOrDefault("waited", "")),
        Double.parseDouble(facts.getOrDefault("best_loss", "")));
  }
}
