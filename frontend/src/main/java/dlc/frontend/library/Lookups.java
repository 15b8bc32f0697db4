// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.library;

import dlc.base.Code;
import dlc.frontend.value.Complaint;
import dlc.frontend.value.Datum.TensorDatum;
import dlc.ir.DType;
import dlc.ir.op.Lookup;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Reads elements at places that are known at run time. */
public final class Lookups {

  private Lookups() {}

  /**
   * {@code x[…, index, …]} with {@code index} at dimension {@code dim}: of {@code [*a, n, *b]} and
   * {@code i32[*places]} the elements {@code [*a, *places, *b]}.
   */
  public static TensorDatum at(TensorOps ops, TensorDatum x, TensorDatum index, int dim) {
    if (TensorOps.dtype(index) != DType.I32) {
      throw new Complaint(Code.WRONG_TYPE, "an index", "an int or i32 tensor", index.type());
    }
    if (dim == 0 && !x.batched()) {
      return rows(ops, x, index);
    }
    List<Integer> before = x.dims().subList(0, dim);
    List<Integer> after = x.dims().subList(dim + 1, x.rank());
    int count = index.dims().stream().reduce(1, (a, b) -> a * b);
    List<Integer> column = joined(List.of(count), Collections.nCopies(after.size(), 1));
    List<Integer> flat = joined(before, joined(List.of(count), after));
    TensorDatum places = ops.reshape(index, column);
    TensorDatum read = along(ops, x, ops.broadcast(places, flat, index.batched()), dim);
    return ops.reshape(read, joined(before, joined(index.dims(), after)));
  }

  /** The rows of an unbatched {@code table} that {@code index} names. */
  static TensorDatum rows(TensorOps ops, TensorDatum table, TensorDatum index) {
    return new TensorDatum(
        ops.emit(new Lookup.Take(), table.value(), index.value()), index.batched());
  }

  /** Along {@code dim} the elements that {@code index} names; other dimensions are equal. */
  static TensorDatum along(TensorOps ops, TensorDatum x, TensorDatum index, int dim) {
    boolean batched = x.batched() || index.batched();
    return new TensorDatum(
        ops.emit(
            new Lookup.TakeAlong(dim + (batched ? 1 : 0)),
            ops.broadcast(x, x.dims(), batched).value(),
            ops.broadcast(index, index.dims(), batched).value()),
        batched);
  }

  private static List<Integer> joined(List<Integer> a, List<Integer> b) {
    List<Integer> all = new ArrayList<>(a);
    all.addAll(b);
    return all;
  }
}
