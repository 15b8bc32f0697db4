// SPDX-License-Identifier: Apache-2.0
package dlc.ir.op;

import dlc.ir.TypeError;
import dlc.ir.scalar.Condition;
import dlc.ir.scalar.Index;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * How windows lie on the spatial dimensions: step, padding before and after, and spread of the
 * taps.
 */
public record Geometry(
    List<Integer> stride, List<Integer> low, List<Integer> high, List<Integer> dilation) {

  public Geometry {
    stride = List.copyOf(stride);
    low = List.copyOf(low);
    high = List.copyOf(high);
    dilation = List.copyOf(dilation);
    int rank = stride.size();
    if (low.size() != rank || high.size() != rank || dilation.size() != rank) {
      throw new TypeError(
          "stride %s, low %s, high %s and dilation %s are not of one length",
          stride, low, high, dilation);
    }
    if (stride.stream().anyMatch(step -> step < 1) || dilation.stream().anyMatch(gap -> gap < 1)) {
      throw new TypeError("stride %s and dilation %s must be at least 1", stride, dilation);
    }
  }

  /** Windows at every place, without padding, over {@code rank} dimensions. */
  public static Geometry dense(int rank) {
    List<Integer> ones = Collections.nCopies(rank, 1);
    List<Integer> zeros = Collections.nCopies(rank, 0);
    return new Geometry(ones, zeros, zeros, ones);
  }

  public int rank() {
    return stride.size();
  }

  /** How many places a window of {@code window} has on {@code size}, in dimension {@code axis}. */
  public int places(int axis, int size, int window) {
    long extent =
        (long) size + low.get(axis) + high.get(axis) - dilation.get(axis) * (window - 1L) - 1;
    if (window < 1 || extent >= Integer.MAX_VALUE) {
      throw new TypeError("a window of %d on %d", window, size);
    }
    if (extent < 0) {
      throw new TypeError(
          "window %d is larger than the input of %d with padding %d and %d",
          window, size, low.get(axis), high.get(axis));
    }
    return (int) (extent / stride.get(axis)) + 1;
  }

  /** {@link #places(int, int, int)} of every dimension. */
  public List<Integer> places(List<Integer> sizes, List<Integer> window) {
    if (sizes.size() != rank() || window.size() != rank()) {
      throw new TypeError(
          "windows %s on %s do not have the %d dimensions of the stride", window, sizes, rank());
    }
    List<Integer> places = new ArrayList<>();
    for (int axis = 0; axis < rank(); axis++) {
      places.add(places(axis, sizes.get(axis), window.get(axis)));
    }
    return places;
  }

  /** The input coordinate under tap {@code tap} of the window at {@code place}. */
  Index input(int axis, Index place, Index tap) {
    return place.times(stride.get(axis)).plus(tap.times(dilation.get(axis))).plus(-low.get(axis));
  }

  /** The first tap of the window at {@code place} that is no padding, or a negative number. */
  Index firstTap(int axis, Index place) {
    int gap = dilation.get(axis);
    return place.times(-stride.get(axis)).plus(low.get(axis) + gap - 1).floorDiv(gap);
  }

  /** Where the input coordinates lie inside {@code sizes}. */
  static Condition inside(List<Index> coordinates, List<Integer> sizes) {
    Condition inside = Condition.ALWAYS;
    for (int axis = 0; axis < sizes.size(); axis++) {
      inside = inside.and(Condition.inRange(coordinates.get(axis), 0, sizes.get(axis)));
    }
    return inside;
  }

  /**
   * {@code stride * place} of the window whose tap {@code tap} lies on input coordinate {@code at}.
   */
  Index origin(int axis, Index at, Index tap) {
    return at.plus(low.get(axis)).minus(tap.times(dilation.get(axis)));
  }

  /** The condition that {@link #origin} belongs to one of {@code places} windows. */
  Condition isPlace(int axis, Index origin, int places) {
    int step = stride.get(axis);
    return Condition.inRange(origin, 0, (places - 1) * step + 1)
        .and(Condition.divisible(origin, step));
  }
}
