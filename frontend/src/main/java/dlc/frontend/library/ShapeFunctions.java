// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.library;

import dlc.base.Code;
import dlc.frontend.value.Complaint;
import dlc.frontend.value.Datum;
import dlc.frontend.value.Datum.FloatDatum;
import dlc.frontend.value.Datum.ListDatum;
import dlc.frontend.value.Datum.TensorDatum;
import dlc.ir.DType;
import dlc.ir.op.Elementwise;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/** Functions that move elements, or make tensors from nothing. */
final class ShapeFunctions {

  static final List<Primitive> ALL =
      List.of(
          new Primitive(
              "reshape(x, dims)",
              "The same elements in the dimensions [dims], one of which may be -1: [...] -> [dims].",
              ShapeFunctions::reshape),
          new Primitive(
              "permute(x, dims)",
              "The dimensions in another order: permute(x, [2, 0, 1]) makes [a, b, c] a [c, a, b].",
              ShapeFunctions::permute),
          new Primitive(
              "transpose(x, a=-2, b=-1)",
              "Two dimensions exchanged, the last two unless given: [..., m, n] -> [..., n, m].",
              ShapeFunctions::transpose),
          new Primitive(
              "broadcast_to(x, dims)",
              "x repeated to the dimensions [dims], by the rule of broadcasting: [...] -> [dims].",
              ShapeFunctions::broadcast),
          new Primitive(
              "reverse(x, dim=0)",
              "The elements along `dim` in reverse order: [...] -> [...].",
              ShapeFunctions::reverse),
          new Primitive(
              "batch_reverse(x)",
              "The samples of the batch in reverse order: [...] -> [...].",
              in -> in.ops().reverseBatch(in.tensor("x"))),
          new Primitive(
              "pad(x, low, high)",
              "Zeros around x, so many before and after in each dimension: [n, ...] ->"
                  + " [low + n + high, ...].",
              ShapeFunctions::pad),
          new Primitive(
              "concat(list, dim=0)",
              "Tensors joined along `dim`: [m, ...] and [n, ...] -> [m + n, ...].",
              ShapeFunctions::concat),
          new Primitive(
              "stack(list, dim=0)",
              "Tensors of one shape joined along a new dimension `dim`: n times [...] -> [n, ...].",
              in -> stack(in.ops(), in, in.tensors("list"))),
          new Primitive(
              "split(x, size, dim=0)",
              """
              A list of the parts of x along `dim`: [n, ...] -> [size, ...], the last one smaller
              where n does not divide. `size` may be a list with the size of each part.
              """,
              ShapeFunctions::split),
          new Primitive(
              "slice(x, from, to, dim=0)",
              "The places from `from` to before `to` along `dim`: [n, ...] -> [to - from, ...].",
              ShapeFunctions::slice),
          new Primitive(
              "take(table, index)",
              "The rows of a table [n, ...] that i32[...] names: -> [..., ...]; zeros outside.",
              ShapeFunctions::take),
          new Primitive(
              "gather(x, index, dim=-1)",
              """
              Along `dim` the elements of x that the index names, as PyTorch's gather: [..., n, ...]
              and i32[..., m, ...] -> [..., m, ...]; zeros for places outside. PyTorch's order,
              gather(x, dim, index), is understood as well.
              """,
              ShapeFunctions::gather),
          new Primitive(
              "one_hot(index, count)",
              "1 at the index and 0 elsewhere: i32[...] -> [..., count].",
              ShapeFunctions::oneHot),
          new Primitive(
              "arange(from, to=none, step=1)",
              "from, from + step and so on, up to before `to`; arange(n) counts from 0: -> i32[n],"
                  + " or f32[n] when a number is a float.",
              ShapeFunctions::arange),
          new Primitive(
              "iota(dims, dim)",
              "At each place its coordinate along `dim`: -> i32[dims].",
              ShapeFunctions::iota),
          new Primitive("zeros(dims)", "Zeros: -> [dims].", in -> filled(in, 0)),
          new Primitive("ones(dims)", "Ones: -> [dims].", in -> filled(in, 1)),
          new Primitive(
              "full(dims, value)",
              "One number everywhere: -> [dims].",
              in -> filled(in, in.number("value"))));

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
    int extent = x.dims().get(dim);
    List<Datum> parts = new ArrayList<>();
    int from = 0;
    for (int size : partSizes(in, extent)) {
      parts.add(part(in.ops(), x, dim, from, size));
      from += size;
    }
    return new ListDatum(parts);
  }

  /** The sizes of the parts: as listed, or the one size as often as it goes, and what is left. */
  private static List<Integer> partSizes(Arguments in, int extent) {
    List<Integer> listed = in.ints("size");
    if (listed.stream().anyMatch(size -> size < 1)) {
      throw new Complaint(Code.BAD_ARGUMENT, "split", "a size is " + Collections.min(listed));
    }
    if (in.datum("size") instanceof ListDatum) {
      int sum = listed.stream().mapToInt(Integer::intValue).sum();
      if (sum != extent) {
        throw in.shape("the sizes %s add up to %d, not to %d", listed, sum, extent);
      }
      return listed;
    }
    int size = listed.getFirst();
    List<Integer> sizes = new ArrayList<>(Collections.nCopies(extent / size, size));
    if (extent % size > 0) {
      sizes.add(extent % size);
    }
    return sizes;
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
    return Lookups.rows(in.ops(), table, index);
  }

  private static Datum gather(Arguments in) {
    TensorDatum x = in.tensor("x");
    boolean isDimFirst = in.datum("dim") instanceof TensorDatum;
    TensorDatum index = in.tensor(isDimFirst ? "dim" : "index");
    int dim = in.dim(isDimFirst ? "index" : "dim", x.rank());
    List<Integer> kept = new ArrayList<>(index.dims());
    boolean fits = TensorOps.dtype(index) == DType.I32 && index.rank() == x.rank();
    for (int i = 0; fits && i < x.rank(); i++) {
      fits = i == dim || kept.get(i) <= x.dims().get(i);
    }
    if (!fits) {
      throw in.shape(
          "needs an i32 index like %s but for dimension %d, found %s", x.type(), dim, index.type());
    }
    // Of the other dimensions the index may name fewer places than there are.
    kept.set(dim, x.dims().get(dim));
    int rank = x.rank();
    TensorDatum read =
        in.ops().slice(x, TensorOps.repeated(0, rank), kept, TensorOps.repeated(1, rank));
    return Lookups.along(in.ops(), read, index, dim);
  }

  private static Datum oneHot(Arguments in) {
    TensorOps ops = in.ops();
    TensorDatum index = in.tensor("index");
    if (TensorOps.dtype(index) != DType.I32) {
      throw new Complaint(Code.WRONG_TYPE, "one_hot: index", "an i32 tensor", index.type());
    }
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
    boolean isOpen = !in.given("to");
    boolean isFloat =
        Stream.of("from", "to", "step").anyMatch(name -> in.datum(name) instanceof FloatDatum);
    double from = isOpen ? 0 : in.number("from");
    double to = in.number(isOpen ? "from" : "to");
    double step = in.number("step");
    double count = Math.ceil((to - from) / step);
    if (!(count >= 1 && count <= Integer.MAX_VALUE)) {
      throw in.shape(
          "nothing is from %s to %s in steps of %s",
          isOpen ? "0" : in.datum("from"), in.datum(isOpen ? "from" : "to"), in.datum("step"));
    }
    TensorOps ops = in.ops();
    DType dtype = isFloat ? ops.floatType() : DType.I32;
    TensorDatum places = ops.cast(ops.iota(List.of((int) count), 0), dtype);
    if (step != 1) {
      places = ops.elementwise("*", Elementwise.MUL, places, ops.scalar(dtype, step));
    }
    return from == 0
        ? places
        : ops.elementwise("+", Elementwise.ADD, places, ops.scalar(dtype, from));
  }
}
