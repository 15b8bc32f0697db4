// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import dlc.base.Code;
import dlc.base.UserError;
import dlc.runtime.data.Dataset;
import dlc.runtime.train.Evaluator;
import dlc.runtime.train.Figures;
import dlc.runtime.train.Weights;
import java.nio.file.Path;

/** Measures saved weights on the test data. */
public final class Evaluation {

  private Evaluation() {}

  public static Figures run(Workbench bench, Path weights) {
    Dataset test =
        bench
            .data()
            .test()
            .orElseThrow(
                () ->
                    new UserError(Code.DATA_EMPTY, "the test part of " + bench.data().training())
                        .help("give one: data train=…, test=…"));
    Weights.load(bench.state(), weights);
    return new Evaluator(bench.session(), bench.settings(TrainLimits.NONE)).evaluate(test);
  }
}
