// SPDX-License-Identifier: Apache-2.0
package dlc.report.plot;

import java.util.List;

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
}
