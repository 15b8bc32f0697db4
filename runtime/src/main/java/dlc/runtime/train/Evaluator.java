// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.train;

import dlc.runtime.Specializer;
import dlc.runtime.data.Dataset;
import dlc.runtime.train.ReadAhead.Pass;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** Measures how a model does on data that it does not learn from. */
public final class Evaluator {

  private final Specializer specializer;
  private final TrainSettings settings;
  private final Map<Integer, Step> steps = new HashMap<>();
  private final Set<Dataset> seen = new HashSet<>();

  public Evaluator(Specializer specializer, TrainSettings settings) {
    this.specializer = specializer;
    this.settings = settings;
  }

  /** Runs {@code eval_step} once over {@code dataset}, in its order. */
  public Figures evaluate(Dataset dataset) {
    return evaluate(dataset, TrainListener.NONE);
  }

  /** The same; {@code listener} hears of every batch. */
  Figures evaluate(Dataset dataset, TrainListener listener) {
    settings.task().requireLabels(dataset);
    int[] order = IntStream.range(0, dataset.size()).toArray();
    Scores scores = Scores.measuring(settings, dataset);
    Pass pass = seen.add(dataset) ? Pass.FIRST : Pass.LATER;
    try (ReadAhead ahead = new ReadAhead(dataset, order, 0, pass)) {
      for (int start = 0; start < order.length; start += settings.batch()) {
        int count = Math.min(settings.batch(), order.length - start);
        ahead.done(start);
        Step step = steps.computeIfAbsent(count, batch -> step(batch, dataset));
        double loss = step.run(dataset, order, start);
        scores.add(loss, step.outputs(), dataset, order, start, count);
        listener.batchMeasured(dataset, order, start, count, step.outputs());
      }
    }
    return scores.figures();
  }

  private Step step(int batch, Dataset dataset) {
    return new Step(specializer.forBatch(batch), Step.EVAL, batch, settings.output(), dataset);
  }
}
