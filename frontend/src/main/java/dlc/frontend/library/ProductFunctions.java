// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.library;

import dlc.base.Code;
import dlc.frontend.value.Complaint;
import dlc.frontend.value.Datum;
import dlc.frontend.value.Datum.TensorDatum;
import dlc.ir.Value;
import dlc.ir.op.Convolution;
import dlc.ir.op.ConvolutionInputGrad;
import dlc.ir.op.Dot;
import dlc.ir.op.Geometry;
import dlc.ir.op.Op;
import dlc.ir.op.ReduceFn;
import dlc.ir.op.Window;
import java.util.ArrayList;
import java.util.List;

/** Sums of products: matrix products, convolutions, and the windows of pooling. */
final class ProductFunctions {

  /** The letter of the batch in a Dot; programs have the letters before it. */
  private static final String BATCH = "z";

  static final List<Primitive> ALL =
      List.of(
          new Primitive(
              "matmul(x, y)",
              """
              The matrix product, also written x @ y: [..., m, k] and [..., k, n] -> [..., m, n]. A
              vector [k] on either side is a row on the left and a column on the right.
              """,
              in -> matmul(in.ops(), in.tensor("x"), in.tensor("y"))),
          new Primitive(
              "einsum(equation, x, y=none, z=none, w=none)",
              """
              Sums of products, by letters for dimensions: einsum("ij,jk->ik", x, y) is [i, j] and
              [j, k] -> [i, k]. Letters that the result lacks are summed over; a letter that stands
              twice in one operand is its diagonal; "..." is any number of dimensions; without an
              arrow the result has the letters that stand once, in alphabetical order.
              """,
              Einsum::apply),
          new Primitive("dense(x, weight)", ProductFunctions::dense),
          new Primitive(
              "convolution(x, weight, stride, low, high, dilation, groups=1)",
              ProductFunctions::convolution),
          new Primitive(
              "transposed_convolution(x, weight, size, stride, low, high, dilation, groups=1)",
              ProductFunctions::transposedConvolution),
          new Primitive("window_max(x, window, stride, low, high)", in -> window(in, ReduceFn.MAX)),
          new Primitive(
              "window_sum(x, window, stride, low, high)", in -> window(in, ReduceFn.SUM)));

  private ProductFunctions() {}

  /** NumPy's matmul on sample dimensions. */
  static TensorDatum matmul(TensorOps ops, TensorDatum x, TensorDatum y) {
    if (x.rank() == 0 || y.rank() == 0) {
      throw new Complaint(Code.SHAPE, "@", "needs dimensions, found " + pair(x, y));
    }
    int inner = x.dims().getLast();
    int other = y.dims().get(Math.max(0, y.rank() - 2));
    if (inner != other) {
      throw new Complaint(
          Code.SHAPE,
          "@",
          "inner dimensions differ: " + inner + " and " + other + " of " + pair(x, y));
    }
    int leadX = Math.max(0, x.rank() - 2);
    int leadY = Math.max(0, y.rank() - 2);
    int lead = Math.max(leadX, leadY);
    TensorDatum a = x;
    TensorDatum b = y;
    if (leadX > 0 && leadY > 0) {
      List<Integer> common =
          TensorOps.commonDims("@", List.of(leading(ops, x, leadX), leading(ops, y, leadY)));
      a = ops.broadcast(x, joined(common, x.dims().subList(leadX, x.rank())), x.batched());
      b = ops.broadcast(y, joined(common, y.dims().subList(leadY, y.rank())), y.batched());
    }
    String letters = "abcdefghijkl".substring(0, lead);
    String lhs = (leadX > 0 ? letters : "") + (x.rank() > 1 ? "m" : "") + "k";
    String rhs = (leadY > 0 ? letters : "") + "k" + (y.rank() > 1 ? "n" : "");
    String result = letters + (x.rank() > 1 ? "m" : "") + (y.rank() > 1 ? "n" : "");
    return dot(ops, lhs, rhs, result, a, b);
  }

  private static String pair(TensorDatum x, TensorDatum y) {
    return x.type() + " and " + y.type();
  }

  private static TensorDatum leading(TensorOps ops, TensorDatum x, int count) {
    return ops.filled(TensorOps.dtype(x), x.dims().subList(0, count), 0);
  }

  private static List<Integer> joined(List<Integer> a, List<Integer> b) {
    List<Integer> all = new ArrayList<>(a);
    all.addAll(b);
    return all;
  }

  static TensorDatum dot(
      TensorOps ops, String lhs, String rhs, String result, TensorDatum x, TensorDatum y) {
    TensorDatum a = ops.floating(x);
    TensorDatum b = ops.floating(y);
    if (TensorOps.dtype(a) != TensorOps.dtype(b)) {
      b = ops.cast(b, TensorOps.dtype(a));
    }
    boolean batched = x.batched() || y.batched();
    String equation =
        (x.batched() ? BATCH : "")
            + lhs
            + ","
            + (y.batched() ? BATCH : "")
            + rhs
            + "->"
            + (batched ? BATCH : "")
            + result;
    return new TensorDatum(ops.emit(new Dot(equation), a.value(), b.value()), batched);
  }

  /** {@code x @ transpose(weight)} over the last dimension, whatever the rank. */
  private static Datum dense(Arguments in) {
    TensorDatum x = in.tensor("x");
    TensorDatum weight = in.tensor("weight");
    if (x.rank() < 1 || x.dims().getLast().intValue() != weight.dims().getLast()) {
      throw in.shape("%s does not fit the weight %s", x.type(), weight.type());
    }
    String lead = "abcdefghijkl".substring(0, x.rank() - 1);
    return dot(in.ops(), lead + "k", "ok", lead + "o", x, weight);
  }

  private static Geometry geometry(Arguments in) {
    return new Geometry(in.ints("stride"), in.ints("low"), in.ints("high"), in.ints("dilation"));
  }

  private static Datum convolution(Arguments in) {
    return convolve(in, new Convolution(geometry(in), in.integer("groups")));
  }

  private static Datum transposedConvolution(Arguments in) {
    return convolve(
        in, new ConvolutionInputGrad(geometry(in), in.integer("groups"), in.ints("size")));
  }

  private static Datum convolve(Arguments in, Op op) {
    TensorOps ops = in.ops();
    TensorDatum x = ops.floating(in.tensor("x"));
    Value weight = in.tensor("weight").value();
    if (x.batched()) {
      return new TensorDatum(ops.emit(op, x.value(), weight), true);
    }
    TensorDatum single = ops.reshape(x, TensorOps.prefixed(1, x.dims()));
    TensorDatum result = new TensorDatum(ops.emit(op, single.value(), weight), false);
    return ops.reshape(result, result.dims().subList(1, result.rank()));
  }

  private static Datum window(Arguments in, ReduceFn fn) {
    TensorDatum x = in.ops().floating(in.tensor("x"));
    List<Integer> window = in.ints("window");
    Geometry geometry =
        new Geometry(
            in.ints("stride"),
            in.ints("low"),
            in.ints("high"),
            TensorOps.repeated(1, window.size()));
    return new TensorDatum(
        in.ops().emit(new Window.WindowReduce(fn, window, geometry), x.value()), x.batched());
  }
}
