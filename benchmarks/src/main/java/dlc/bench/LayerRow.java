// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

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
   * @param oneDnn seconds of oneDNN by itself, which takes part in products alone
   * @param gflops how many operations it takes, in 1e9; 0 where they are not counted
   */
  record Pass(
      double dlc,
      double pytorch,
      double ratio,
      String best,
      Optional<Double> oneDnn,
      double gflops) {

    /** {@code speeds} begin with dlc's. */
    static Pass of(List<Speed> speeds, double flops) {
      Map<Boolean, List<Speed>> peers =
          speeds.stream()
              .skip(1)
              .collect(Collectors.partitioningBy(peer -> peer.contender().equals(OneDnn.NAME)));
      Speed pytorch = Speed.fastest(peers.get(false));
      double dlc = speeds.getFirst().best();
      return new Pass(
          dlc,
          pytorch.best(),
          pytorch.best() / dlc,
          pytorch.contender(),
          peers.get(true).stream().map(Speed::best).findFirst(),
          flops / 1e9);
    }

    private String markdown(double peak) {
      return oneDnn
          .map(
              seconds ->
                  String.format(
                      Locale.ROOT,
                      "%s | %s | %s | %.2f",
                      share(dlc, peak),
                      share(pytorch, peak),
                      share(seconds, peak),
                      ratio))
          .orElseGet(
              () ->
                  String.format(
                      Locale.ROOT, "%,.1f | %,.1f | %.2f", dlc * 1e6, pytorch * 1e6, ratio));
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
