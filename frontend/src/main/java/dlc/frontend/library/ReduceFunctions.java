// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.library;

import dlc.frontend.value.Datum;
import dlc.frontend.value.Datum.TensorDatum;
import dlc.ir.DType;
import dlc.ir.op.ReduceFn;
import java.util.ArrayList;
import java.util.List;

/** Functions that fold dimensions; those that cross samples say so by their name. */
final class ReduceFunctions {

  static final List<Primitive> ALL =
      List.of(
          new Primitive(
              "sum(x, dim=none, keep=false)",
              """
              The sum over the dimensions `dim` of a sample, or over all of them: [...] -> [...]
              without `dim`, or with ones there for keep=true. Of ints it is an int; bools count as 1.
              """,
              in -> reduce(in, ReduceFn.SUM)),
          new Primitive(
              "prod(x, dim=none, keep=false)",
              """
              The product over the dimensions `dim` of a sample, or over all of them: [...] -> [...]
              without `dim`. Its gradient is right where elements are zero, too.
              """,
              in -> reduce(in, ReduceFn.PROD)),
          new Primitive(
              "argmax(x, dim=none, keep=false)",
              """
              The place of the greatest element along `dim`, the first of equals: [...] -> i32[...]
              without `dim`, or with a one there for keep=true. Without a `dim` it is the place among
              all elements of a sample, counted row by row: [...] -> i32[].
              """,
              ReduceFunctions::argmax),
          new Primitive(
              "batch_sum(x, dim=none)",
              "The sum over the batch, and over the dimensions `dim` of a sample: [...] -> [...]"
                  + " without `dim`, not batched.",
              ReduceFunctions::batchSum));

  private ReduceFunctions() {}

  private static Datum reduce(Arguments in, ReduceFn fn) {
    TensorDatum x = in.tensor("x");
    TensorDatum numbers = TensorOps.dtype(x) == DType.BOOL ? in.ops().cast(x, DType.I32) : x;
    List<Integer> dims = in.dimsOf("dim", x.rank());
    return in.ops().reduce(fn, numbers, dims, in.flag("keep"));
  }

  private static Datum argmax(Arguments in) {
    TensorDatum x = in.tensor("x");
    boolean isAlongDim = in.given("dim");
    int all = (int) x.sampleType().elements();
    TensorDatum rows = isAlongDim ? x : in.ops().reshape(x, List.of(all));
    int dim = isAlongDim ? in.dim("dim", x.rank()) : 0;
    TensorDatum place = in.ops().argMax(rows, dim);
    if (!in.flag("keep")) {
      return place;
    }
    List<Integer> kept = new ArrayList<>(isAlongDim ? x.dims() : TensorOps.repeated(1, x.rank()));
    if (isAlongDim) {
      kept.set(dim, 1);
    }
    return in.ops().reshape(place, kept);
  }

  private static Datum batchSum(Arguments in) {
    TensorDatum x = in.tensor("x");
    List<Integer> dims = in.given("dim") ? in.dimsOf("dim", x.rank()) : List.of();
    return in.ops().sumOverBatch(x, dims);
  }
}
