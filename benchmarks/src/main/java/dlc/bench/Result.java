// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How fast each contender trained in one case; dlc is the first. */
record Result(Case which, List<Speed> speeds) {

  /**
   * Samples in a second: the median over the rounds, the fastest and the slowest round.
   *
   * @param contender its name
   */
  record Speed(String contender, double median, double best, double worst) {

    static Speed of(String contender, int batch, Samples secondsPerStep) {
      return new Speed(
          contender,
          batch / secondsPerStep.median(),
          batch / secondsPerStep.least(),
          batch / secondsPerStep.most());
    }

    private Speed named(String name) {
      return new Speed(name, median, best, worst);
    }

    private String json() {
      return String.format(
          Locale.ROOT,
          "{\"contender\": \"%s\", \"median\": %.1f, \"best\": %.1f, \"worst\": %.1f}",
          contender,
          median,
          best,
          worst);
    }
  }

  Result {
    speeds = List.copyOf(speeds);
  }

  /**
   * This result with PyTorch's best of {@code earlier} ones on fewer threads: who has two cores may
   * use one, and on a busy machine PyTorch is often faster so.
   */
  Result besideFewerThreads(List<Result> earlier) {
    List<Speed> all = new ArrayList<>(speeds);
    for (Result other : earlier) {
      if (other.which.withThreads(which.threads()).equals(which)
          && other.which.threads() < which.threads()) {
        Speed best = other.peer();
        all.add(best.named(best.contender + ", threads: " + other.which.threads()));
      }
    }
    return new Result(which, all);
  }

  private Speed dlc() {
    return speeds.getFirst();
  }

  /** The fastest PyTorch, by its fastest round. */
  private Speed peer() {
    return speeds.stream().skip(1).max((a, b) -> Double.compare(a.best, b.best)).orElseThrow();
  }

  /** How many times as fast as PyTorch dlc is, by the fastest rounds. */
  private double ratio() {
    return dlc().best / peer().best;
  }

  static String header() {
    return """
    | case | batch | threads | dlc: best (median) | PyTorch: best (median) | ratio | by median | best PyTorch |
    | --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |
    """;
  }

  String row() {
    double medianPeer = speeds.stream().skip(1).mapToDouble(Speed::median).max().orElseThrow();
    return String.format(
        Locale.ROOT,
        "| %s | %d | %d | %,.0f (%,.0f) | %,.0f (%,.0f) | %.2f | %.2f | %s |%n",
        which.model(),
        which.batch(),
        which.threads(),
        dlc().best,
        dlc().median,
        peer().best,
        medianPeer,
        ratio(),
        dlc().median / medianPeer,
        peer().contender.replace("PyTorch ", ""));
  }

  String json() {
    String all = String.join(",\n    ", speeds.stream().map(Speed::json).toList());
    return String.format(
        Locale.ROOT,
        "{\"case\": \"%s\", \"batch\": %d, \"threads\": %d, \"ratio\": %.3f, \"speeds\": [\n"
            + "    %s]}",
        which.model(),
        which.batch(),
        which.threads(),
        ratio(),
        all);
  }
}
