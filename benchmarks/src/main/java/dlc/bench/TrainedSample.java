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

/**
 * What training ended with.
 *
 * @param last of the last epoch
 * @param test of the test part, where the data have one
 */
record TrainedSample(Figures last, Optional<Figures> test) {

  /** Trains the program of {@code bench}. */
  static TrainedSample of(Workbench bench, TrainLimits limits) {
    List<Figures> training = new ArrayList<>();
    TrainListener listener =
        new TrainListener() {
          @Override
          public void epochDone(EpochReport report) {
            training.add(report.training());
          }
        };
    FinalReport report = Training.of(bench, limits, _ -> {}).run(listener, new StopFlag());
    return new TrainedSample(training.getLast(), report.test());
  }

  /** The share of right classes, for a table. */
  static String accuracy(Figures figures) {
    double share = figures.metric(Metric.ACCURACY).orElse(Double.NaN);
    return Double.isNaN(share) ? "-" : String.format(Locale.ROOT, "%.2f%%", 100 * share);
  }
}
