// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.elaborate;

import dlc.base.Code;
import dlc.frontend.library.TensorOps;
import dlc.frontend.value.Complaint;
import dlc.frontend.value.Datum;
import dlc.frontend.value.Datum.ListDatum;
import dlc.frontend.value.Datum.TensorDatum;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code x[0:16, :, ::2]} and {@code list[i]}; bounds outside are cut, as in Python. */
final class Subscripts {

  /** One place or range; ranges leave out what is empty. */
  record Subscript(
      boolean isRange, Optional<Integer> from, Optional<Integer> to, Optional<Integer> step) {}

  /** The places {@code start}, {@code start + stride} and so on; a stride below 0 walks back. */
  private record Part(int start, int size, int stride) {

    int lowest() {
      return stride < 0 ? start + (size - 1) * stride : start;
    }
  }

  private Subscripts() {}

  static Datum apply(TensorOps ops, Datum owner, List<Subscript> subscripts) {
    return switch (owner) {
      case ListDatum list -> ofList(list, subscripts);
      case TensorDatum tensor -> ofTensor(ops, tensor, subscripts);
      default ->
          throw new Complaint(
              Code.WRONG_TYPE, "an index", "a list or tensor before it", owner.type());
    };
  }

  private static Datum ofList(ListDatum list, List<Subscript> subscripts) {
    if (subscripts.size() != 1) {
      throw new Complaint(Code.WRONG_TYPE, "a list's index", "one", subscripts.size());
    }
    Part part = part(subscripts.getFirst(), list.items().size());
    if (!subscripts.getFirst().isRange()) {
      return list.items().get(part.start());
    }
    List<Datum> items = new ArrayList<>();
    for (int i = 0; i < part.size(); i++) {
      items.add(list.items().get(part.start() + i * part.stride()));
    }
    return new ListDatum(items);
  }

  private static TensorDatum ofTensor(TensorOps ops, TensorDatum x, List<Subscript> subscripts) {
    if (subscripts.size() > x.rank()) {
      throw new Complaint(Code.SHAPE, "index", subscripts.size() + " subscripts for " + x.type());
    }
    List<Integer> starts = new ArrayList<>();
    List<Integer> sizes = new ArrayList<>();
    List<Integer> strides = new ArrayList<>();
    List<Integer> kept = new ArrayList<>();
    List<Integer> reversed = new ArrayList<>();
    for (int dim = 0; dim < x.rank(); dim++) {
      int extent = x.dims().get(dim);
      boolean isGiven = dim < subscripts.size();
      Part part = isGiven ? part(subscripts.get(dim), extent) : new Part(0, extent, 1);
      if (part.size() < 1) {
        throw new Complaint(
            Code.SHAPE, "index", "nothing is left of dimension " + dim + " of " + x.type());
      }
      starts.add(part.lowest());
      sizes.add(part.size());
      strides.add(Math.abs(part.stride()));
      if (part.stride() < 0) {
        reversed.add(dim);
      }
      if (!isGiven || subscripts.get(dim).isRange()) {
        kept.add(part.size());
      }
    }
    TensorDatum sliced = ops.slice(x, starts, sizes, strides);
    for (int dim : reversed) {
      sliced = ops.reverse(sliced, dim);
    }
    return ops.reshape(sliced, kept);
  }

  private static Part part(Subscript subscript, int extent) {
    if (!subscript.isRange()) {
      int index = subscript.from().orElse(0);
      int counted = index < 0 ? index + extent : index;
      if (counted < 0 || counted >= extent) {
        throw new Complaint(Code.INDEX_RANGE, index, extent);
      }
      return new Part(counted, 1, 1);
    }
    int step = subscript.step().orElse(1);
    if (step == 0) {
      throw new Complaint(Code.BAD_ARGUMENT, "index", "the step is 0");
    }
    if (step < 0) {
      int from = bound(subscript.from().orElse(extent - 1), extent, -1, extent - 1);
      int to = subscript.to().map(each -> bound(each, extent, -1, extent - 1)).orElse(-1);
      return new Part(from, Math.max(0, Math.ceilDiv(to - from, step)), step);
    }
    int from = bound(subscript.from().orElse(0), extent, 0, extent);
    int to = bound(subscript.to().orElse(extent), extent, 0, extent);
    return new Part(from, Math.max(0, Math.ceilDiv(to - from, step)), step);
  }

  private static int bound(int index, int extent, int least, int most) {
    return Math.clamp(index < 0 ? (long) index + extent : index, least, most);
  }
}
