// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.library;

import dlc.frontend.value.Datum;
import dlc.frontend.value.Datum.TensorDatum;
import dlc.ir.op.Elementwise;
import java.util.List;

/**
 * Random tensors, a function of the seed, the step and the place of the call.
 *
 * <p>Each has the shape {@code dims}, or where none is given that of {@code like} or of the current
 * value.
 */
final class RandomFunctions {

  static final List<Primitive> ALL =
      List.of(
          new Primitive(
              "random_uniform(dims=none, like=none)",
              """
              Numbers that are uniform in [0, 1), others at each step: of the shape [dims], or that of
              `like`, or of `it`. They follow from the seed.
              """,
              RandomFunctions::uniform),
          new Primitive(
              "normal(dims=none, like=none)",
              """
              Numbers that are normal with mean 0 and deviation 1, others at each step: of the shape
              [dims], or that of `like`, or of `it`. They follow from the seed (Box and Muller 1958).
              """,
              RandomFunctions::normal),
          new Primitive(
              "bernoulli(p, dims=none, like=none)",
              """
              Ones with probability p, else zeros, others at each step: of the shape [dims], or that
              of `like`, or of `it`. They follow from the seed.
              """,
              RandomFunctions::bernoulli));

  private RandomFunctions() {}

  private static TensorDatum uniform(Arguments in) {
    if (in.given("dims")) {
      return in.ops().random(in.dims("dims"), false);
    }
    Datum like = in.given("like") ? in.datum("like") : in.current().orElse(null);
    if (like == null) {
      throw in.shape("needs dims, since there is no current value");
    }
    TensorDatum shape = in.ops().tensor(in.function(), like);
    return in.ops().random(shape.dims(), shape.batched());
  }

  /** Ones with probability {@code p}, else zeros. */
  private static Datum bernoulli(Arguments in) {
    TensorOps ops = in.ops();
    TensorDatum below =
        ops.elementwise(in.function(), Elementwise.LESS, uniform(in), in.tensor("p"));
    return ops.cast(below, ops.floatType());
  }

  // Box and Muller: for u, v uniform, sqrt(-2 log(1 - u)) cos(2 pi v) is normal.
  private static Datum normal(Arguments in) {
    TensorOps ops = in.ops();
    TensorDatum u = uniform(in);
    TensorDatum v = uniform(in);
    TensorDatum rest = ops.elementwise("-", Elementwise.SUB, ops.scalar(ops.floatType(), 1), u);
    TensorDatum radius =
        ops.elementwise(
            "sqrt",
            Elementwise.SQRT,
            ops.elementwise(
                "*",
                Elementwise.MUL,
                ops.scalar(ops.floatType(), -2),
                ops.elementwise("log", Elementwise.LOG, rest)));
    TensorDatum angle =
        ops.elementwise("*", Elementwise.MUL, ops.scalar(ops.floatType(), 2 * Math.PI), v);
    return ops.elementwise(
        "*", Elementwise.MUL, radius, ops.elementwise("cos", Elementwise.COS, angle));
  }
}
