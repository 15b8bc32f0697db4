// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.library;

import dlc.base.Code;
import dlc.frontend.value.Complaint;
import dlc.frontend.value.Datum;
import dlc.frontend.value.Datum.ListDatum;
import dlc.frontend.value.Datum.TensorDatum;
import dlc.ir.DType;
import dlc.ir.op.Elementwise;
import dlc.ir.op.Lookup;
import java.util.ArrayList;
import java.util.List;

/** Functions that move elements, or make tensors from nothing. */
final class ShapeFunctions {

  static final List<Primitive> ALL =
      List.of(
          new Primitive("reshape(x, dims)", ShapeFunctions::reshape),
          new Primitive("permute(x, dims)", ShapeFunctions::permute),
          new Primitive("transpose(x, a=-2, b=-1)", ShapeFunctions::transpose),
          new Primitive("broadcast_to(x, dims)", ShapeFunctions::broadcast),
          new Primitive("reverse(x, dim=0)", ShapeFunctions::reverse),
          new Primitive("pad(x, low, high)", ShapeFunctions::pad),
          new Primitive("concat(list, dim=0)", ShapeFunctions::concat),
          new Primitive("stack(list, dim=0)", in -> stack(in.ops(), in, in.tensors("list"))),
          new Primitive("split(x, size, dim=0)", ShapeFunctions::split),
          new Primitive("slice(x, from, to, dim=0)", ShapeFunctions::slice),
          new Primitive("take(table, index)", ShapeFunctions::take),
          new Primitive("one_hot(index, count)", ShapeFunctions::oneHot),
          new Primitive("arange(from, to=none, step=1)", ShapeFunctions::arange),
          new Primitive("iota(dims, dim)", ShapeFunctions::iota),
          new Primitive("zeros(dims)", in -> filled(in, 0)),
          new Primitive("ones(dims)", in -> filled(in, 1)),
          new Primitive("full(dims, value)", in -> filled(in, in.number("value"))));

  private ShapeFunctions() {}

  private static Datum filled(Arguments in, double value) {
    return in.ops().filled(in.ops().floatType(), in.dims("dims"), value);
  }

  private static Datum reshape(Arguments in) {
    TensorDatum x = in.tensor("x");
    List<Integer> dims = new ArrayList<>(in.ints("dims"));
    long all = x.sampleType().elements();
    long known = 1;
    for (int dim : dims) {
      if (dim < -1 || dim == 0) {
        throw in.shape("a size is %d", dim);
      }
      known = Math.min(known * Math.abs(dim), Integer.MAX_VALUE);
    }
    int open = dims.indexOf(-1);
    if (open != dims.lastIndexOf(-1)) {
      throw in.shape("only one size can be -1");
    }
    if (open < 0 ? known != all : all % known != 0) {
      throw in.shape("the %d elements of %s do not fit %s", all, x.type(), dims);
    }
    if (open >= 0) {
      dims.set(open, (int) (all / known));
    }
    return in.ops().reshape(x, dims);
  }

  private static Datum permute(Arguments in) {
    TensorDatum x = in.tensor("x");
    List<Integer> order =
        in.ints("dims").stream().map(dim -> dim < 0 ? dim + x.rank() : dim).toList();
    if (!order.stream().sorted().toList().equals(TensorOps.range(0, x.rank()))) {
      throw in.shape("%s does not name each dimension of %s once", in.ints("dims"), x.type());
    }
    return in.ops().permute(x, order);
  }

  private static Datum transpose(Arguments in) {
    TensorDatum x = in.tensor("x");
    int a = in.dim("a", x.rank());
    int b = in.dim("b", x.rank());
    List<Integer> order = new ArrayList<>(TensorOps.range(0, x.rank()));
    order.set(a, b);
    order.set(b, a);
    return in.ops().permute(x, order);
  }

  private static Datum broadcast(Arguments in) {
    TensorDatum x = in.tensor("x");
    List<Integer> dims = in.dims("dims");
    TensorDatum shape = in.ops().filled(DType.F32, dims, 0);
    if (!TensorOps.commonDims(in.function(), List.of(shape, x)).equals(dims)) {
      throw new Complaint(Code.BROADCAST, in.function(), x.dims(), dims);
    }
    return in.ops().broadcast(x, dims, x.batched());
  }

  private static Datum reverse(Arguments in) {
    TensorDatum x = in.tensor("x");
    return in.ops().reverse(x, in.dim("dim", x.rank()));
  }

  private static Datum pad(Arguments in) {
    TensorDatum x = in.tensor("x");
    List<Integer> low = in.ints("low");
    List<Integer> high = in.ints("high");
    if (low.size() != x.rank() || high.size() != x.rank()) {
      throw in.shape("needs %d sizes for %s", x.rank(), x.type());
    }
    return in.ops().pad(x, low, high);
  }

  private static Datum concat(Arguments in) {
    List<TensorDatum> all = in.tensors("list");
    if (all.isEmpty()) {
      throw new Complaint(Code.BAD_ARGUMENT, "concat", "the list is empty");
    }
    int rank = all.getFirst().rank();
    int dim = in.dim("dim", rank);
    for (TensorDatum each : all) {
      List<Integer> expected = new ArrayList<>(all.getFirst().dims());
      if (each.rank() == rank) {
        expected.set(dim, each.dims().get(dim));
      }
      if (!each.dims().equals(expected)) {
        throw in.shape(
            "%s and %s do not join along dimension %d", all.getFirst().type(), each.type(), dim);
      }
    }
    return in.ops().concat(all, dim);
  }

  /** Joins tensors of one shape along a new dimension. */
  static TensorDatum stack(TensorOps ops, Arguments in, List<TensorDatum> all) {
    if (all.isEmpty()) {
      throw new Complaint(Code.BAD_ARGUMENT, "stack", "the list is empty");
    }
    List<Integer> dims = all.getFirst().dims();
    for (TensorDatum each : all) {
      if (!each.dims().equals(dims)) {
        throw in.shape("%s and %s differ", all.getFirst().type(), each.type());
      }
    }
    int dim = in.dim("dim", dims.size() + 1);
    List<Integer> one = new ArrayList<>(dims);
    one.add(dim, 1);
    return ops.concat(all.stream().map(x -> ops.reshape(x, one)).toList(), dim);
  }

  private static Datum split(Arguments in) {
    TensorDatum x = in.tensor("x");
    int dim = in.dim("dim", x.rank());
    int size = in.integer("size");
    if (size < 1) {
      throw new Complaint(Code.BAD_ARGUMENT, "split", "the size is " + size);
    }
    List<Datum> parts = new ArrayList<>();
    int extent = x.dims().get(dim);
    for (int from = 0; from < extent; from += size) {
      parts.add(part(in.ops(), x, dim, from, Math.min(size, extent - from)));
    }
    return new ListDatum(parts);
  }

  private static Datum slice(Arguments in) {
    TensorDatum x = in.tensor("x");
    int dim = in.dim("dim", x.rank());
    int extent = x.dims().get(dim);
    int from = in.integer("from") + (in.integer("from") < 0 ? extent : 0);
    int to = in.integer("to") + (in.integer("to") < 0 ? extent : 0);
    if (from < 0 || to > extent || from >= to) {
      throw in.shape("%d to %d is no part of the %d in dimension %d", from, to, extent, dim);
    }
    return part(in.ops(), x, dim, from, to - from);
  }

  private static TensorDatum part(TensorOps ops, TensorDatum x, int dim, int from, int size) {
    List<Integer> starts = new ArrayList<>(TensorOps.repeated(0, x.rank()));
    List<Integer> sizes = new ArrayList<>(x.dims());
    starts.set(dim, from);
    sizes.set(dim, size);
    return ops.slice(x, starts, sizes, TensorOps.repeated(1, x.rank()));
  }

  private static Datum take(Arguments in) {
    TensorDatum table = in.tensor("table");
    TensorDatum index = in.tensor("index");
    if (table.batched() || TensorOps.dtype(index) != DType.I32) {
      throw in.shape("needs a table and an i32 index, found %s and %s", table.type(), index.type());
    }
    return new TensorDatum(
        in.ops().emit(new Lookup.Take(), table.value(), index.value()), index.batched());
  }

  private static Datum oneHot(Arguments in) {
    TensorOps ops = in.ops();
    TensorDatum index = in.tensor("index");
    List<Integer> dims = new ArrayList<>(index.dims());
    dims.add(1);
    TensorDatum places = ops.iota(List.of(in.integer("count")), 0);
    TensorDatum hot = ops.elementwise("==", Elementwise.EQUAL, ops.reshape(index, dims), places);
    return ops.cast(hot, ops.floatType());
  }

  private static Datum iota(Arguments in) {
    List<Integer> dims = in.dims("dims");
    return in.ops().iota(dims, in.dim("dim", dims.size()));
  }

  private static Datum arange(Arguments in) {
    long from = in.given("to") ? in.integer("from") : 0;
    long to = in.given("to") ? in.integer("to") : in.integer("from");
    long step = in.integer("step");
    long count = step == 0 ? 0 : Math.ceilDiv(to - from, step);
    if (count < 1 || count > Integer.MAX_VALUE) {
      throw in.shape("from %d to %d in steps of %d", from, to, step);
    }
    TensorOps ops = in.ops();
    TensorDatum places = ops.iota(List.of((int) count), 0);
    if (step != 1) {
      places = ops.elementwise("*", Elementwise.MUL, places, ops.scalar(DType.I32, step));
    }
    return from == 0
        ? places
        : ops.elementwise("+", Elementwise.ADD, places, ops.scalar(DType.I32, from));
  }
}
