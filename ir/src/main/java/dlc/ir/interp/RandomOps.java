// SPDX-License-Identifier: Apache-2.0
package dlc.ir.interp;

import dlc.base.Span;
import dlc.ir.DType;
import dlc.ir.GraphBuilder;
import dlc.ir.Role;
import dlc.ir.TensorType;
import dlc.ir.TypeError;
import dlc.ir.Value;
import dlc.ir.op.Convolution;
import dlc.ir.op.ConvolutionInputGrad;
import dlc.ir.op.ConvolutionWeightGrad;
import dlc.ir.op.Dot;
import dlc.ir.op.Elementwise;
import dlc.ir.op.Generator;
import dlc.ir.op.Geometry;
import dlc.ir.op.Layout;
import dlc.ir.op.Lookup;
import dlc.ir.op.Op;
import dlc.ir.op.ReduceFn;
import dlc.ir.op.Reduction;
import dlc.ir.op.Window;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;

/** Values at random for {@link RandomGraphs}: parameters, and ops on what is there already. */
final class RandomOps {

  private static final int MOST_ELEMENTS = 600;
  private static final List<Integer> SMALL = List.of(1, 2, 3, 4, 5, 7);
  private static final List<Integer> WIDE = List.of(1, 3, 8, 17, 34, 67);
  private static final List<Elementwise> SMOOTH_UNARY =
      List.of(
          Elementwise.NEG,
          Elementwise.RELU,
          Elementwise.SIN,
          Elementwise.COS,
          Elementwise.TANH,
          Elementwise.SIGMOID,
          Elementwise.ERF,
          Elementwise.EXPM1,
          Elementwise.ABS,
          Elementwise.STOP_GRADIENT);
  private static final List<Elementwise> POSITIVE_UNARY =
      List.of(Elementwise.LOG, Elementwise.LOG1P, Elementwise.SQRT, Elementwise.RSQRT);
  private static final List<Elementwise> BINARY =
      List.of(Elementwise.ADD, Elementwise.SUB, Elementwise.MUL, Elementwise.MAX, Elementwise.MIN);
  private static final List<Elementwise> TESTS =
      List.of(
          Elementwise.EQUAL,
          Elementwise.NOT_EQUAL,
          Elementwise.LESS,
          Elementwise.LESS_EQUAL,
          Elementwise.GREATER,
          Elementwise.GREATER_EQUAL);

  private final Random random;
  private final DType dtype;
  private final boolean isWide;
  private final GraphBuilder builder;
  private final List<Value> values = new ArrayList<>();
  private final Set<Value> exact = new HashSet<>();
  private int parameters;

  RandomOps(GraphBuilder builder, DType dtype, boolean isWide, Random random) {
    this.isWide = isWide;
    this.builder = builder;
    this.dtype = dtype;
    this.random = random;
  }

  /** Adds a value, unless what was picked does not go together. */
  void step() {
    try {
      Value x = pick();
      Value made =
          switch (random.nextInt(14)) {
            case 0, 1 -> unary(x);
            case 2, 3, 4 -> binary(x);
            case 5, 6 -> layout(x);
            case 7 -> reduce(x);
            case 8 -> dot(x);
            case 9 -> convolution();
            case 10 -> window();
            case 11 -> select(x);
            case 12 -> lookup(x);
            default -> convert(x);
          };
      if (made.type().elements() <= mostElements() && made.type().dtype() == dtype) {
        values.add(made);
      }
    } catch (TypeError _) {
      // What was picked does not go together: the next step picks again.
    }
  }

  private int mostElements() {
    return isWide ? 20 * MOST_ELEMENTS : MOST_ELEMENTS;
  }

  /** A value that is there. */
  Value pick() {
    // Late values more often, so that chains come about.
    int one = random.nextInt(values.size());
    int other = random.nextInt(values.size());
    return values.get(Math.max(one, other));
  }

  private <T> T oneOf(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  private int dim() {
    return oneOf(isWide ? WIDE : SMALL);
  }

  List<Integer> randomDims() {
    int rank = random.nextInt(isWide ? 3 : 4);
    return IntStream.range(0, rank).mapToObj(_ -> dim()).toList();
  }

  Value parameter(List<Integer> dims, Role role) {
    TensorType type = TensorType.of(dtype, dims);
    Value made = builder.parameter("p" + parameters++, type, role, Span.NONE);
    exact.add(made);
    values.add(made);
    return made;
  }

  Value emit(Op op, Value... operands) {
    return builder.emit(op, Span.NONE, operands);
  }

  /** The result of an op that moves or picks elements, exact if its operands are. */
  private Value moved(Op op, Value... operands) {
    Value made = emit(op, operands);
    if (exact.containsAll(List.of(operands))) {
      exact.add(made);
    }
    return made;
  }

  private Value number(TensorType type, double number) {
    return moved(new Layout.Broadcast(type.dims(), List.of()), constant(type.dtype(), number));
  }

  private Value constant(DType type, double number) {
    Value made = builder.constant(type, number, Span.NONE);
    exact.add(made);
    return made;
  }

  /** A value of {@code type} that depends on {@code x}: reduced to a number and spread. */
  Value fit(Value x, TensorType type) {
    if (x.type().equals(type)) {
      return x;
    }
    List<Integer> all = IntStream.range(0, x.type().rank()).boxed().toList();
    Value sum = emit(new Reduction.Reduce(ReduceFn.SUM, all), x);
    Value mean = emit(Elementwise.DIV, sum, constant(dtype, Math.max(1, x.type().elements())));
    return emit(new Layout.Broadcast(type.dims(), List.of()), mean);
  }

  private Value unary(Value x) {
    if (exact.contains(x) && random.nextBoolean()) {
      return moved(oneOf(List.of(Elementwise.FLOOR, Elementwise.SIGN)), x);
    }
    if (random.nextInt(3) == 0) {
      Value positive = emit(Elementwise.ADD, emit(Elementwise.ABS, x), number(x.type(), 0.5));
      return emit(oneOf(POSITIVE_UNARY), positive);
    }
    return emit(oneOf(SMOOTH_UNARY), x);
  }

  private Value binary(Value x) {
    Value other = random.nextInt(4) == 0 ? number(x.type(), random.nextInt(-1, 3)) : like(x);
    if (random.nextInt(6) == 0) {
      Value positive = emit(Elementwise.ADD, emit(Elementwise.ABS, other), number(x.type(), 0.75));
      return random.nextBoolean()
          ? emit(Elementwise.DIV, x, positive)
          : emit(Elementwise.POW, positive, emit(Elementwise.TANH, x));
    }
    return random.nextBoolean() ? emit(oneOf(BINARY), x, other) : emit(oneOf(BINARY), other, x);
  }

  /** Another value of the type of {@code x}: one that exists, a broadcast, or a new input. */
  private Value like(Value x) {
    List<Value> same = values.stream().filter(each -> each.type().equals(x.type())).toList();
    if (same.size() > 1 && random.nextBoolean()) {
      return oneOf(same);
    }
    if (x.type().rank() > 0 && random.nextBoolean()) {
      int axis = random.nextInt(x.type().rank());
      Value row = parameter(List.of(x.type().dim(axis)), Role.INPUT);
      return moved(new Layout.Broadcast(x.type().dims(), List.of(axis)), row);
    }
    return random.nextBoolean() ? fit(pick(), x.type()) : parameter(x.type().dims(), Role.INPUT);
  }

  private Value layout(Value x) {
    List<Integer> dims = x.type().dims();
    int rank = dims.size();
    List<Integer> zeros = Collections.nCopies(rank, 0);
    List<Integer> ones = Collections.nCopies(rank, 1);
    List<Integer> small = dims.stream().map(_ -> random.nextInt(3)).toList();
    return switch (random.nextInt(8)) {
      case 0 -> moved(new Layout.Reshape(List.of((int) x.type().elements())), x);
      case 1 -> {
        List<Integer> order = new ArrayList<>(IntStream.range(0, rank).boxed().toList());
        Collections.shuffle(order, random);
        yield moved(new Layout.Transpose(order), x);
      }
      case 2 -> {
        List<Integer> sizes = dims.stream().map(dim -> (dim + 1) / 2).toList();
        yield random.nextBoolean()
            ? moved(new Layout.Slice(zeros, sizes, Collections.nCopies(rank, 2)), x)
            : moved(
                new Layout.Slice(
                    dims.stream().map(dim -> dim / 2).toList(), sizes.stream().toList(), ones),
                x);
      }
      case 3 ->
          moved(
              new Layout.Reverse(
                  IntStream.range(0, rank).filter(_ -> random.nextBoolean()).boxed().toList()),
              x);
      case 4 -> moved(Layout.Pad.around(small, small.reversed()), x);
      case 5 -> moved(new Layout.Pad(small, zeros, small), x);
      case 6 -> {
        Value other = rank == 0 ? x : like(x);
        int axis = random.nextInt(Math.max(1, rank));
        yield moved(new Layout.Concat(axis), x, other, x);
      }
      default -> {
        List<Integer> more = new ArrayList<>(dims);
        more.addFirst(dim());
        yield moved(new Layout.Broadcast(more, IntStream.rangeClosed(1, rank).boxed().toList()), x);
      }
    };
  }

  private Value reduce(Value x) {
    int rank = x.type().rank();
    List<Integer> axes =
        IntStream.range(0, rank).filter(_ -> random.nextBoolean()).boxed().toList();
    if (exact.contains(x) && rank > 0 && random.nextInt(3) == 0) {
      Value place = moved(new Reduction.ArgMax(random.nextInt(rank)), x);
      return moved(new Generator.Cast(dtype), place);
    }
    ReduceFn fn = oneOf(List.of(ReduceFn.SUM, ReduceFn.SUM, ReduceFn.MAX, ReduceFn.MIN));
    return emit(new Reduction.Reduce(fn, axes), x);
  }

  private Value dot(Value x) {
    List<Integer> dims = x.type().dims();
    return switch (dims.size()) {
      case 1 -> emit(new Dot("i,i->"), x, like(x));
      case 2 ->
          random.nextBoolean()
              ? emit(new Dot("ij,jk->ik"), x, parameter(List.of(dims.get(1), dim()), Role.INPUT))
              : emit(new Dot("ij,kj->ki"), x, parameter(List.of(dim(), dims.get(1)), Role.WEIGHT));
      case 3 ->
          emit(
              new Dot("bij,bkj->bik"),
              x,
              parameter(List.of(dims.get(0), dim(), dims.get(2)), Role.INPUT));
      default -> throw new TypeError("no dot of %s", x.type());
    };
  }

  private Geometry geometry(int window) {
    int dilation = 1 + random.nextInt(2);
    return new Geometry(
        List.of(1 + random.nextInt(2), 1 + random.nextInt(3)),
        List.of(random.nextInt(window), random.nextInt(2)),
        List.of(random.nextInt(window), random.nextInt(2)),
        List.of(dilation, 1));
  }

  private Value image() {
    List<Value> images = values.stream().filter(each -> each.type().rank() == 4).toList();
    return !images.isEmpty() && random.nextBoolean()
        ? oneOf(images)
        : parameter(
            isWide
                ? List.of(2, oneOf(List.of(3, 8)), 9, 19)
                : List.of(2, oneOf(List.of(2, 4)), 5, 6),
            Role.INPUT);
  }

  private Value convolution() {
    Value x = image();
    int groups = x.type().dim(1) % 2 == 0 && random.nextBoolean() ? 2 : 1;
    int kernel = 1 + random.nextInt(3);
    Geometry geometry = kernel == 1 && random.nextBoolean() ? Geometry.dense(2) : geometry(kernel);
    List<Integer> shape =
        List.of(groups * (isWide ? 9 : 3), x.type().dim(1) / groups, kernel, kernel);
    Value w = parameter(shape, Role.WEIGHT);
    Value y = emit(new Convolution(geometry, groups), x, w);
    return switch (random.nextInt(3)) {
      case 0 -> y;
      case 1 ->
          emit(new ConvolutionInputGrad(geometry, groups, x.type().dims().subList(2, 4)), y, w);
      default -> emit(new ConvolutionWeightGrad(geometry, groups, List.of(kernel, kernel)), x, y);
    };
  }

  private Value window() {
    Value x = image();
    int size = 2 + random.nextInt(2);
    List<Integer> window = List.of(size, size);
    Geometry geometry =
        random.nextBoolean()
            ? new Geometry(window, List.of(0, 0), List.of(0, 1), List.of(1, 1))
            : geometry(size);
    List<Integer> spatial = x.type().dims().subList(2, 4);
    if (random.nextBoolean()) {
      Value sum = emit(new Window.WindowReduce(ReduceFn.SUM, window, geometry), x);
      return random.nextBoolean()
          ? sum
          : emit(new Window.WindowSpread(window, geometry, spatial), sum);
    }
    Value max = emit(new Window.WindowReduce(ReduceFn.MAX, window, geometry), x);
    // Padding of whole windows gives minus infinity; keep it out of later differences.
    Value finite = emit(Elementwise.MAX, max, number(max.type(), -9));
    if (exact.contains(x) && random.nextBoolean()) {
      Value place = emit(new Window.WindowArgMax(window, geometry), x);
      return emit(new Window.WindowRoute(window, geometry, spatial), place, finite);
    }
    return finite;
  }

  private Value select(Value x) {
    Value left = parameter(x.type().dims(), Role.INPUT);
    Value right = exact.contains(x) ? x : number(x.type(), 0.25);
    Value test = emit(oneOf(TESTS), left, right);
    if (random.nextBoolean()) {
      Value more = emit(oneOf(TESTS), right, left);
      test = emit(oneOf(List.of(Elementwise.AND, Elementwise.OR)), test, more);
      test = random.nextBoolean() ? emit(Elementwise.NOT, test) : test;
    }
    return random.nextBoolean()
        ? emit(Elementwise.SELECT, test, x, like(x))
        : emit(new Generator.Cast(dtype), test);
  }

  private Value lookup(Value x) {
    List<Integer> dims = x.type().dims();
    if (!dims.isEmpty() && random.nextInt(3) == 0) {
      return lookupAlong(x, random.nextInt(dims.size()));
    }
    Value index = places(List.of(dims.isEmpty() ? 3 : dims.getFirst()));
    return random.nextBoolean()
        ? moved(new Lookup.Take(), x, index)
        : emit(new Lookup.ScatterAdd(dim()), index, x);
  }

  private Value lookupAlong(Value x, int axis) {
    List<Integer> dims = new ArrayList<>(x.type().dims());
    boolean isTake = random.nextBoolean();
    int count = isTake ? dim() : dims.get(axis);
    dims.set(axis, count);
    Value index = places(dims);
    return isTake
        ? moved(new Lookup.TakeAlong(axis), x, index)
        : emit(new Lookup.AddAlong(axis, dim()), index, x);
  }

  /** An input, or a part of one. */
  private Value places(List<Integer> dims) {
    int rank = dims.size();
    List<Integer> starts = Collections.nCopies(rank, random.nextInt(3));
    TensorType whole =
        new TensorType(DType.I32, dims.stream().map(dim -> dim + starts.getFirst()).toList());
    Value places = builder.parameter("p" + parameters++, whole, Role.INPUT, Span.NONE);
    return starts.getFirst() == 0
        ? places
        : emit(new Layout.Slice(starts, dims, Collections.nCopies(rank, 1)), places);
  }

  private Value convert(Value x) {
    return switch (random.nextInt(3)) {
      case 0 -> {
        List<Integer> dims = x.type().rank() == 0 ? List.of(3) : x.type().dims();
        Value places = moved(new Generator.Iota(dims, random.nextInt(dims.size())));
        yield moved(new Generator.Cast(dtype), places);
      }
      case 1 -> {
        TensorType scalar = TensorType.of(DType.I32);
        Value seed = builder.parameter("seed", scalar, Role.SETTING, Span.NONE);
        Value step = builder.parameter("step", scalar, Role.SETTING, Span.NONE);
        Op uniform = new Generator.RandomUniform(random.nextInt(9), x.type().dims());
        yield moved(new Generator.Cast(dtype), moved(uniform, seed, step));
      }
      default -> {
        DType other = oneOf(List.of(DType.I32, DType.BF16, DType.F16));
        Value small = emit(new Generator.Cast(other), x);
        yield exact.contains(x)
            ? emit(new Generator.Cast(dtype), emit(Elementwise.MUL, small, small))
            : emit(Elementwise.TANH, x);
      }
    };
  }
}
