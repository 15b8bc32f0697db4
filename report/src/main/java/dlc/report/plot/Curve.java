// SPDX-License-Identifier: Apache-2.0
package dlc.report.plot;

import java.util.List;
import java.util.stream.IntStream;

/**
 * A line through points.
 *
 * @param xs epochs that are done, in ascending order
 */
record Curve(String label, Shade shade, List<Double> xs, List<Double> ys) {

  /** What a curve is about, which its color says in all plots alike. */
  enum Shade {
    TRAINING,
    VALIDATION,
    /** What stands behind the others. */
    BATCHES
  }

  Curve {
    xs = List.copyOf(xs);
    ys = List.copyOf(ys);
  }

  /** The points that have a place on a logarithmic axis. */
  Curve aboveZero() {
    int[] kept = IntStream.range(0, ys.size()).filter(i -> ys.get(i) > 0).toArray();
    return new Curve(
        label,
        shade,
        IntStream.of(kept).mapToObj(xs::get).toList(),
        IntStream.of(kept).mapToObj(ys::get).toList());
  }
}
