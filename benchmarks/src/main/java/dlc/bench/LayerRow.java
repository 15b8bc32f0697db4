// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How fast both sides ran a layer.
 *
 * @param peak the most GFLOP/s that the processor reaches on so many threads
 * @param difference the largest difference of an output or gradient, relative to the largest
 *     element; nothing for a layer that is random
 */
record LayerRow(
    String group,
    String layer,
    String input,
    int threads,
    double peak,
    Pass forward,
    Pass withBackward,
    Optional<Double> difference)
    implements Row {

  /** More than rounding errors. */
  private static final double TOLERANCE = 1e-4;

  /**
   * Seconds of a pass over the layer.
   *
   * @param ratio how many times as fast as PyTorch dlc is
   * @param best which PyTorch was the fastest
   * @param gflops how many operations it takes, in 1e9; 0 where they are not counted
   */
  record Pass(double dlc, double pytorch, double ratio, String best, double gflops) {

    /** {@code speeds} begin with dlc's. */
    static Pass of(List<Speed> speeds, double flops) {
      Speed peer = Speed.fastest(speeds.subList(1, speeds.size()));
      double dlc = speeds.getFirst().best();
      return new Pass(dlc, peer.best(), peer.best() / dlc, peer.contender(), flops / 1e9);
    }

    private String markdown(double peak) {
      return gflops == 0
          ? String.format(Locale.ROOT, "%,.1f | %,.1f | %.2f", dlc * 1e6, pytorch * 1e6, ratio)
          : String.format(
              Locale.ROOT, "%s | %s | %.2f", share(dlc, peak), share(pytorch, peak), ratio);
    }

    private String share(double seconds, double peak) {
      double speed = gflops / seconds;
      return String.format(Locale.ROOT, "%,.0f (%.0f %%)", speed, 100 * speed / peak);
    }
  }

  static LayerRow of(
      LayerCase layer,
      int threads,
      double peak,
      List<Speed> forward,
      List<Speed> withBackward,
      double difference,
      double flops) {
    return new LayerRow(
        layer.group(),
        layer.dl(),
        layer.batch() + " × " + layer.input(),
        threads,
        peak,
        Pass.of(forward, flops),
        Pass.of(withBackward, 3 * flops),
        layer.random() ? Optional.empty() : Optional.of(difference));
  }

  /** Whether both sides computed the same, as far as that can be said. */
  boolean agrees() {
    return difference.isEmpty() || difference.get() <= TOLERANCE;
  }

  @Override
  public String markdown() {
    return String.format(
        Locale.ROOT,
        "| `%s` | %s | %d | %s | %s | %s |%n",
        layer,
        input,
        threads,
        forward.markdown(peak),
        withBackward.markdown(peak),
        difference
            .map(value -> String.format(Locale.ROOT, agrees() ? "%.0e" : "**%.0e**", value))
            .orElse("random"));
  }
}
