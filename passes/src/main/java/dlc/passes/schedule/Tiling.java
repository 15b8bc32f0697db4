// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One way to compute a contraction with a tile of accumulators in registers.
 *
 * @param form which of the two forms the tile has
 * @param wide the operand that is read in vectors, 0 or 1; both are in the dot form
 * @param lane the vectorized loop, with vectors as units in the outer form
 * @param rows the loop of the other operand that the tile has as rows, if any
 * @param columns a further loop of the wide operand (outer form) or the tile's columns
 * @param panels the operands that are copied so that each tile reads them in a row
 * @param walk the order of the tiles
 * @param cost the estimated time, in vector instructions
 */
record Tiling(
    Form form,
    int wide,
    Axis lane,
    @Nullable Axis rows,
    @Nullable Axis columns,
    List<Integer> panels,
    Walk walk,
    double cost) {

  Tiling {
    panels = List.copyOf(panels);
  }

  /** Where the lanes lie. */
  enum Form {
    /** Along a dimension of the result: each lane is an element of it. */
    OUTER,
    /** Along a summed dimension: lanes are added up at the end. */
    DOT,
    /** Along a summed dimension, of matrices: they are multiplied and added up by the processor. */
    MATRIX;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  int width() {
    return lane.width();
  }

  /** How many products are made in the time of a vector instruction. */
  int products() {
    return form == Form.MATRIX
        ? Objects.requireNonNull(rows).width() * Objects.requireNonNull(columns).width()
        : width();
  }

  /** The blocked loops. */
  List<Axis> axes() {
    return java.util.stream.Stream.of(form == Form.OUTER ? lane : null, rows, columns)
        .filter(java.util.Objects::nonNull)
        .toList();
  }

  /**
   * One way as text, such as {@code outer 1 d1:2x16 d0:6}; it is all that the walk and the cost are
   * not.
   */
  @Override
  public String toString() {
    return "%s %d %s:%dx%d%s%s%s"
        .formatted(
            form,
            wide,
            lane.loop().name(),
            lane.size(),
            lane.width(),
            text(rows, " "),
            text(columns, " by "),
            panels.isEmpty() ? "" : " panels " + panels);
  }

  private static String text(@Nullable Axis axis, String before) {
    return axis == null ? "" : "%s%s:%d".formatted(before, axis.loop().name(), axis.size());
  }
}
