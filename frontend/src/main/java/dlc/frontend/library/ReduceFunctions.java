// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.library;

import dlc.frontend.value.Datum;
import dlc.frontend.value.Datum.TensorDatum;
import dlc.ir.op.ReduceFn;
import java.util.List;

/** Functions that fold dimensions; those that cross samples say so by their name. */
final class ReduceFunctions {

  static final List<Primitive> ALL =
      List.of(
          new Primitive("sum(x, dim=none, keep=false)", in -> reduce(in, ReduceFn.SUM)),
          new Primitive("prod(x, dim=none, keep=false)", in -> reduce(in, ReduceFn.PROD)),
          new Primitive("argmax(x, dim=-1)", ReduceFunctions::argmax),
          new Primitive("batch_sum(x, dim=none)", ReduceFunctions::batchSum));

  private ReduceFunctions() {}

  private static Datum reduce(Arguments in, ReduceFn fn) {
    TensorDatum x = in.tensor("x");
    List<Integer> dims = in.dimsOf("dim", x.rank());
    return in.ops().reduce(fn, in.ops().floating(x), dims, in.flag("keep"));
  }

  private static Datum argmax(Arguments in) {
    TensorDatum x = in.tensor("x");
    return in.ops().argMax(x, in.dim("dim", x.rank()));
  }

  private static Datum batchSum(Arguments in) {
    TensorDatum x = in.tensor("x");
    List<Integer> dims = in.given("dim") ? in.dimsOf("dim", x.rank()) : List.of();
    return in.ops().sumOverBatch(x, dims);
  }
}
