// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import dlc.base.Code;
import dlc.base.UserError;
import dlc.runtime.data.Dataset;
import dlc.runtime.train.Evaluator;
import dlc.runtime.train.Figures;
import dlc.runtime.train.Metric;
import dlc.runtime.train.TrainSettings;
import dlc.runtime.train.Weights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What came of measuring saved weights on the test data.
 *
 * @param metrics what the program asks for
 * @param notes what the user should hear of the data and the weights
 */
public record Evaluation(Figures figures, List<Metric> metrics, List<String> notes) {

  public Evaluation {
    metrics = List.copyOf(metrics);
    notes = List.copyOf(notes);
  }

  public static Evaluation run(Workbench bench, Path weights) {
    Dataset test =
        bench
            .data()
            .test()
            .orElseThrow(
                () ->
                    new UserError(Code.DATA_EMPTY, "the test part of " + bench.data().training())
                        .help("give one: data train=…, test=…"));
    List<String> notes = new ArrayList<>(bench.data().notes());
    notes.addAll(Weights.load(bench.state(), weights).notes());
    TrainSettings settings = bench.settings(TrainLimits.NONE);
    return new Evaluation(figures(bench, test), settings.metrics(), notes);
  }

  /** The figures of the weights that {@code bench} has, where there is a test part. */
  static Optional<Figures> ofPresentWeights(Workbench bench) {
    return bench.data().test().map(test -> figures(bench, test));
  }

  private static Figures figures(Workbench bench, Dataset test) {
    return new Evaluator(bench.session(), bench.settings(TrainLimits.NONE)).evaluate(test);
  }
}
