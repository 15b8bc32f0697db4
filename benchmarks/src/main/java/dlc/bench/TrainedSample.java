// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

import dlc.driver.TrainLimits;
import dlc.driver.Training;
import dlc.driver.Workbench;
import dlc.runtime.train.EpochReport;
import dlc.runtime.train.Figures;
import dlc.runtime.train.FinalReport;
import dlc.runtime.train.Metric;
import dlc.runtime.train.StopFlag;
import dlc.runtime.train.TrainListener;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What training ended with.
 *
 * @param last of the last epoch
 * @param validation of the part for validation after it, where there is one
 * @param test of the test part, where the data have one
 */
record TrainedSample(Figures last, Optional<Figures> validation, Optional<Figures> test) {

  /** Trains the program of {@code bench}. */
  static TrainedSample of(Workbench bench, TrainLimits limits) {
    List<EpochReport> epochs = new ArrayList<>();
    TrainListener listener =
        new TrainListener() {
          @Override
          public void epochDone(EpochReport report) {
            epochs.add(report);
          }
        };
    FinalReport report = Training.of(bench, limits, _ -> {}).run(listener, new StopFlag());
    EpochReport last = epochs.getLast();
    return new TrainedSample(last.training(), last.validation(), report.test());
  }

  /** The samples that were not trained on. */
  long heldOut() {
    return parts().mapToLong(Figures::samples).sum();
  }

  /** The mean loss of those. */
  double heldOutLoss() {
    return parts().mapToDouble(part -> part.loss() * part.samples()).sum() / heldOut();
  }

  /** The share of right classes among those. */
  double heldOutAccuracy() {
    return parts().mapToDouble(part -> share(part) * part.samples()).sum() / heldOut();
  }

  private Stream<Figures> parts() {
    return Stream.of(validation, test).flatMap(Optional::stream);
  }

  /** The share of right classes, NaN where there are none. */
  static double share(Figures figures) {
    return figures.metric(Metric.ACCURACY).orElse(Double.NaN);
  }

  /** The share of right classes, for a table. */
  static String accuracy(Figures figures) {
    double share = share(figures);
    return Double.isNaN(share) ? "-" : String.format(Locale.ROOT, "%.2f%%", 100 * share);
  }
}
