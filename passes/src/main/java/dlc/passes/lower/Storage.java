// SPDX-License-Identifier: Apache-2.0
package dlc.passes.lower;

import dlc.ir.TensorType;
import dlc.ir.Value;
import dlc.ir.op.Layout;
import dlc.ir.scalar.Index;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How the values that are kept lie in memory: as their type says, but for these.
 *
 * @param channelsLast their second dimension is the last in memory
 * @param parts they have no memory of their own but lie in that of another
 * @param rowsApart there is room between their rows
 */
record Storage(Set<Value> channelsLast, Map<Value, Part> parts, Set<Value> rowsApart) {

  static final Storage PLAIN = new Storage(Set.of(), Map.of(), Set.of());

  /** So many elements are left out between rows. */
  private static final int ROOM = 16;

  Storage withChannelsLast(Set<Value> values) {
    return new Storage(values, parts, rowsApart);
  }

  Storage withParts(Map<Value, Part> values) {
    return new Storage(channelsLast, values, rowsApart);
  }

  Storage withRowsApart(Set<Value> values) {
    return new Storage(channelsLast, parts, values);
  }

  /**
   * Where a value lies in a concatenation.
   *
   * @param whole the concatenation
   * @param type of the value as an operand of it, which may have more or fewer unit dimensions
   * @param axis the dimension along which it is joined with others
   * @param start its first place there
   */
  record Part(Value whole, TensorType type, int axis, int start) {

    List<Index> place(Value value, List<Index> at) {
      List<Index> places = new ArrayList<>();
      int from = 0;
      for (int dim : type.dims()) {
        while (dim != 1 && value.type().dim(from) == 1) {
          from++;
        }
        places.add(dim == 1 ? Index.ZERO : at.get(from++));
      }
      places.set(axis, places.get(axis).plus(start));
      return places;
    }
  }

  /** What {@code value} is once reshapes are taken off. */
  static Value base(Value value) {
    Value base = value;
    while (base.op() instanceof Layout.Reshape) {
      base = base.operand(0);
    }
    return base;
  }

  /** The value in whose memory {@code value} lies. */
  Value memory(Value value) {
    Value base = base(value);
    Part part = parts.get(base);
    return part == null ? base : part.whole();
  }

  /** Whether the second dimension of {@code value} is the last in memory. */
  boolean hasChannelsLast(Value value) {
    return channelsLast.contains(base(value));
  }

  /** Whether {@code value} is there once its parts are. */
  boolean isComputedInParts(Value value) {
    return value.op() instanceof Layout.Concat && parts.containsKey(base(value.operand(0)));
  }

  /** The type of the memory in which {@code value} lies, seen as {@code value} sees it. */
  TensorType type(Value value) {
    Value base = base(value);
    Part part = parts.get(base);
    if (part != null) {
      return type(part.whole());
    }
    List<Integer> dims = value.type().dims();
    if (channelsLast.contains(base)) {
      dims = secondLast(dims);
    } else if (rowsApart.contains(base)) {
      dims = new ArrayList<>(dims);
      dims.set(dims.size() - 1, dims.getLast() + ROOM);
    }
    return new TensorType(value.type().dtype(), dims);
  }

  /** The place in memory of the element of {@code value} at {@code at}. */
  List<Index> place(Value value, List<Index> at) {
    Part part = parts.get(base(value));
    if (part != null) {
      return part.place(value, at);
    }
    return hasChannelsLast(value) ? secondLast(at) : at;
  }

  /** With the second of {@code parts} moved to the end. */
  static <T> List<T> secondLast(List<T> parts) {
    List<T> moved = new ArrayList<>(parts);
    moved.add(moved.remove(1));
    return moved;
  }

  /** With the last of {@code parts} moved to the second place. */
  static <T> List<T> lastSecond(List<T> parts) {
    List<T> moved = new ArrayList<>(parts);
    moved.add(1, moved.removeLast());
    return moved;
  }
}
