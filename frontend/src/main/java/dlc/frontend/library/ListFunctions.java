// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.library;

import dlc.base.Code;
import dlc.frontend.value.Complaint;
import dlc.frontend.value.Datum;
import dlc.frontend.value.Datum.BoolDatum;
import dlc.frontend.value.Datum.IntDatum;
import dlc.frontend.value.Datum.ListDatum;
import dlc.frontend.value.Datum.StringDatum;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Functions of lists of sizes, for the shapes of convolutions, pooling and reductions. */
final class ListFunctions {

  private static final int MAX_LENGTH = 100_000;

  static final List<Primitive> ALL =
      List.of(
          new Primitive(
              "range(from, to)",
              "The ints from `from` up to before `to`, as a list: range(1, 4) is [1, 2, 3].",
              ListFunctions::range),
          new Primitive(
              "product(list)",
              "The product of the ints of a list: product(x.shape) counts the elements of [...].",
              ListFunctions::product),
          new Primitive("join(list, separator)", ListFunctions::join),
          new Primitive("sizes(x, dim=none)", ListFunctions::sizes),
          new Primitive("with_ones(shape, dim)", ListFunctions::withOnes),
          new Primitive("with_one(shape, dim)", ListFunctions::withOne),
          new Primitive(
              "at_least(list, least)",
              in -> {
                int least = in.integer("least");
                return map(in.ints("list"), size -> Math.max(least, size));
              }),
          new Primitive(
              "open_size(list, size)",
              in -> {
                int size = in.integer("size");
                return map(in.ints("list"), each -> each < 0 ? size : each);
              }),
          new Primitive("half(list)", in -> map(in.ints("list"), size -> size / 2)),
          new Primitive("all_at_most(list, bound)", ListFunctions::allAtMost),
          new Primitive("padded(sizes, by)", in -> combine(in, "sizes", "by", 2)),
          new Primitive("beyond(list, from)", in -> combine(in, "list", "from", -1)),
          new Primitive("pad_sides(sizes, rank, side)", ListFunctions::padSides),
          new Primitive("padding_low(padding, kernel, dilation)", in -> padding(in, true)),
          new Primitive("padding_high(padding, kernel, dilation)", in -> padding(in, false)),
          new Primitive(
              "window_places(size, kernel, stride, low, high, dilation)",
              ListFunctions::windowPlaces),
          new Primitive(
              "transposed_places(size, kernel, stride, padding, dilation, extra)",
              ListFunctions::transposedPlaces),
          new Primitive(
              "pool_high(size, kernel, stride, padding, ceil_mode)", ListFunctions::poolHigh));

  private ListFunctions() {}

  private static ListDatum list(IntStream values) {
    return new ListDatum(values.mapToObj(value -> (Datum) new IntDatum(value)).toList());
  }

  private static ListDatum list(List<Integer> values) {
    return list(values.stream().mapToInt(Integer::intValue));
  }

  private static ListDatum map(List<Integer> values, IntUnaryOperator each) {
    return list(values.stream().mapToInt(Integer::intValue).map(each));
  }

  private static Datum range(Arguments in) {
    int from = in.integer("from");
    int to = in.integer("to");
    if ((long) to - from > MAX_LENGTH) {
      throw new Complaint(Code.BAD_ARGUMENT, "range", "the list becomes too long");
    }
    return list(IntStream.range(from, to));
  }

  private static Datum product(Arguments in) {
    long product = 1;
    for (int each : in.ints("list")) {
      try {
        product = Math.multiplyExact(product, (long) each);
      } catch (ArithmeticException tooLarge) {
        throw new Complaint(Code.OVERFLOW);
      }
    }
    return new IntDatum(product);
  }

  private static Datum join(Arguments in) {
    return new StringDatum(
        in.ints("list").stream()
            .map(String::valueOf)
            .collect(Collectors.joining(in.string("separator"))));
  }

  private static Datum sizes(Arguments in) {
    List<Integer> dims = in.tensor("x").dims();
    return list(in.dimsOf("dim", dims.size()).stream().map(dims::get).toList());
  }

  private static Datum withOnes(Arguments in) {
    List<Integer> shape = new ArrayList<>(in.ints("shape"));
    in.dimsOf("dim", shape.size()).forEach(dim -> shape.set(dim, 1));
    return list(shape);
  }

  /** The shape with a dimension of 1 put in, so that it stands at {@code dim}. */
  private static Datum withOne(Arguments in) {
    List<Integer> shape = new ArrayList<>(in.ints("shape"));
    shape.add(in.dim("dim", shape.size() + 1), 1);
    return list(shape);
  }

  private static Datum allAtMost(Arguments in) {
    List<Integer> values = in.ints("list");
    List<Integer> bounds = in.ints("bound");
    return new BoolDatum(
        IntStream.range(0, values.size()).allMatch(i -> values.get(i) <= bounds.get(i)));
  }

  private static Datum combine(Arguments in, String first, String second, int factor) {
    List<Integer> a = in.ints(first);
    List<Integer> b = in.ints(second);
    return list(IntStream.range(0, a.size()).map(i -> a.get(i) + factor * b.get(i)));
  }

  /** PyTorch's pad lists pairs from the last dimension backwards; one side of each, in order. */
  private static Datum padSides(Arguments in) {
    List<Integer> sizes = in.ints("sizes");
    int rank = in.integer("rank");
    int side = in.integer("side");
    return list(
        IntStream.range(0, rank)
            .map(dim -> 2 * (rank - 1 - dim) + side)
            .map(place -> place < sizes.size() ? sizes.get(place) : 0));
  }

  /** The padding on one side: as given, or for "same" half of what the kernel takes. */
  private static Datum padding(Arguments in, boolean low) {
    List<Integer> kernel = in.ints("kernel");
    List<Integer> dilation = in.ints("dilation");
    if (in.datum("padding") instanceof StringDatum(String text)) {
      if (!text.equals("same") && !text.equals("valid")) {
        throw new Complaint(Code.BAD_ARGUMENT, "padding", "\"" + text + "\" is no padding")
            .help("padding is an int, a list, \"same\" or \"valid\"");
      }
      return list(
          IntStream.range(0, kernel.size())
              .map(i -> text.equals("same") ? dilation.get(i) * (kernel.get(i) - 1) : 0)
              .map(total -> low ? total / 2 : total - total / 2));
    }
    List<Integer> padding = in.ints("padding");
    if (in.datum("padding") instanceof IntDatum) {
      return list(IntStream.range(0, kernel.size()).map(_ -> padding.getFirst()));
    }
    if (padding.size() != kernel.size()) {
      throw new Complaint(
          Code.BAD_ARGUMENT,
          "padding",
          "needs " + kernel.size() + " values, found " + padding.size());
    }
    return list(padding);
  }

  /** How many places a window takes along each dimension; below 1 where it does not fit. */
  private static Datum windowPlaces(Arguments in) {
    List<Integer> size = in.ints("size");
    return list(
        IntStream.range(0, size.size())
            .map(
                i -> {
                  long span = (long) in.ints("dilation").get(i) * (in.ints("kernel").get(i) - 1);
                  long room =
                      (long) size.get(i)
                          + in.ints("low").get(i)
                          + in.ints("high").get(i)
                          - span
                          - 1;
                  long places = Math.floorDiv(room, (long) in.ints("stride").get(i)) + 1;
                  return Math.clamp(places, 0, Integer.MAX_VALUE);
                }));
  }

  /** The sizes that a transposed convolution makes of {@code size}. */
  private static Datum transposedPlaces(Arguments in) {
    List<Integer> size = in.ints("size");
    return list(
        IntStream.range(0, size.size())
            .map(
                i -> {
                  long steps = (size.get(i) - 1L) * in.ints("stride").get(i);
                  long span = (long) in.ints("dilation").get(i) * (in.ints("kernel").get(i) - 1);
                  long padding = 2L * in.ints("padding").get(i);
                  long places = steps - padding + span + in.ints("extra").get(i) + 1;
                  return Math.clamp(places, 0, Integer.MAX_VALUE);
                }));
  }

  /** The padding at the end, with what a last window hangs over the edge when {@code ceil_mode}. */
  private static Datum poolHigh(Arguments in) {
    List<Integer> size = in.ints("size");
    List<Integer> padding = in.ints("padding");
    if (!in.flag("ceil_mode")) {
      return list(padding);
    }
    return list(
        IntStream.range(0, size.size())
            .map(
                i ->
                    hangingOver(
                        size.get(i),
                        in.ints("kernel").get(i),
                        in.ints("stride").get(i),
                        padding.get(i))));
  }

  private static int hangingOver(int size, int kernel, int stride, int padding) {
    int places = Math.ceilDiv(size + 2 * padding - kernel, stride) + 1;
    if ((places - 1) * stride >= size + padding) {
      places--;
    }
    return Math.max(padding, (places - 1) * stride + kernel - size - padding);
  }
}
