// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How fast each contender ran a model, in seconds a step.
 *
 * @param ratio how many times as fast as PyTorch dlc is, by the best rounds of each
 */
record ModelRow(
    String model, int batch, int threads, Work work, double ratio, Speed dlc, List<Speed> pytorch)
    implements Row {

  /** {@code speeds} begin with dlc's. */
  static ModelRow of(Case which, Work work, List<Speed> speeds) {
    Speed dlc = speeds.getFirst();
    List<Speed> pytorch = List.copyOf(speeds.subList(1, speeds.size()));
    double ratio = Speed.fastest(pytorch).best() / dlc.best();
    return new ModelRow(which.name(), which.batch(), which.threads(), work, ratio, dlc, pytorch);
  }

  /**
   * {@code speeds} with PyTorch's best of earlier rows on fewer threads: who has two cores may use
   * one, and on a busy machine PyTorch is often faster so.
   */
  static ModelRow of(Case which, Work work, List<Speed> speeds, List<ModelRow> earlier) {
    List<Speed> all = new ArrayList<>(speeds);
    for (ModelRow row : earlier) {
      if (row.model.equals(which.model())
          && row.batch == which.batch()
          && row.work == work
          && row.threads < which.threads()) {
        Speed best = Speed.fastest(row.pytorch);
        all.add(best.named(best.contender() + ", threads: " + row.threads));
      }
    }
    return of(which, work, all);
  }

  @Override
  public String markdown() {
    Speed best = Speed.fastest(pytorch);
    double median = pytorch.stream().mapToDouble(Speed::median).min().orElseThrow();
    boolean trains = work == Work.TRAIN;
    return String.format(
        Locale.ROOT,
        "| %s |%s %d | %s (%s) | %s (%s) | %.2f | %.2f | %s |%n",
        model,
        trains ? " " + batch + " |" : "",
        threads,
        figure(dlc.best()),
        figure(dlc.median()),
        figure(best.best()),
        figure(median),
        ratio,
        median / dlc.median(),
        best.contender());
  }

  /** Samples in a second of training, microseconds of an inference. */
  private String figure(double seconds) {
    double value = work == Work.TRAIN ? batch / seconds : seconds * 1e6;
    return String.format(Locale.ROOT, "%,.0f", value);
  }
}
