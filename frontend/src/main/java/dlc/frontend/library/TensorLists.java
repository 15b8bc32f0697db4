// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.library;

import dlc.base.Code;
import dlc.frontend.value.Complaint;
import dlc.frontend.value.Datum;
import dlc.frontend.value.Datum.ListDatum;
import dlc.frontend.value.Datum.TensorDatum;
import dlc.frontend.value.Read;
import java.util.ArrayList;
import java.util.List;

/** Reads a nested list of numbers as a constant tensor. */
final class TensorLists {

  private TensorLists() {}

  static TensorDatum tensor(TensorOps ops, String what, ListDatum list) {
    if (list.items().stream().anyMatch(TensorDatum.class::isInstance)) {
      throw new Complaint(Code.WRONG_TYPE, what, "a tensor", "a list of tensors")
          .help("stack([…]) makes one tensor of several");
    }
    List<Integer> dims = dims(what, list);
    double[] elements =
        Read.numbers(what, list).stream().mapToDouble(Double::doubleValue).toArray();
    return ops.constant(dims, elements);
  }

  private static List<Integer> dims(String what, ListDatum list) {
    if (list.items().isEmpty()) {
      throw new Complaint(Code.BAD_ARGUMENT, what, "the list is empty");
    }
    List<Integer> dims = new ArrayList<>();
    dims.add(list.items().size());
    Datum first = list.items().getFirst();
    if (first instanceof ListDatum inner) {
      List<Integer> innerDims = dims(what, inner);
      for (Datum item : list.items()) {
        if (!(item instanceof ListDatum other) || !dims(what, other).equals(innerDims)) {
          throw new Complaint(Code.BAD_ARGUMENT, what, "the rows of the list differ in length");
        }
      }
      dims.addAll(innerDims);
    } else if (list.items().stream().anyMatch(ListDatum.class::isInstance)) {
      throw new Complaint(Code.BAD_ARGUMENT, what, "the rows of the list differ in length");
    }
    return dims;
  }
}
