// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.library;

import dlc.base.Code;
import dlc.base.Span;
import dlc.frontend.value.Complaint;
import dlc.frontend.value.Datum;
import dlc.frontend.value.Datum.TensorDatum;
import dlc.ir.DType;
import dlc.ir.GraphBuilder;
import dlc.ir.Role;
import dlc.ir.TensorType;
import dlc.ir.Value;
import dlc.ir.op.Contraction;
import dlc.ir.op.Elementwise;
import dlc.ir.op.Generator;
import dlc.ir.op.Layout;
import dlc.ir.op.Op;
import dlc.ir.op.ReduceFn;
import dlc.ir.op.Reduction;
import dlc.ir.scalar.LoopVar;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Emits ops on tensors whose batch is implicit, with types promoted and shapes broadcast.
 *
 * <p>Dimensions in signatures are those of a sample. A batched value carries the batch in front.
 */
public final class TensorOps {

  private final GraphBuilder builder;
  private final int batch;
  private final DType floatType;
  private final Optional<DType> narrowType;
  private final Optional<Integer> fixedStep;
  private Span span = Span.NONE;
  private String draws = "step";
  private int streams;
  private long work;

  /**
   * Ops in {@code builder} for samples in batches of {@code batch}.
   *
   * @param narrowType what operands and results of products are rounded to, if to anything
   * @param fixedStep the step of random numbers, where it is no setting of the entry point
   */
  public TensorOps(
      GraphBuilder builder,
      int batch,
      DType floatType,
      Optional<DType> narrowType,
      Optional<Integer> fixedStep) {
    this.builder = builder;
    this.batch = batch;
    this.floatType = floatType;
    this.narrowType = narrowType;
    this.fixedStep = fixedStep;
  }

  public GraphBuilder builder() {
    return builder;
  }

  public int batch() {
    return batch;
  }

  public DType floatType() {
    return floatType;
  }

  /** What operands and results of products are rounded to, if to anything. */
  public Optional<DType> narrowType() {
    return narrowType;
  }

  /** The place in the text that the next ops come from. */
  public void at(Span place) {
    span = place;
  }

  /** From now on random numbers change with the setting {@code name} instead of {@code step}. */
  public void drawBy(String name) {
    draws = name;
  }

  public Span place() {
    return span;
  }

  public Value emit(Op op, Value... operands) {
    return op instanceof Contraction product
        ? product(product, operands)
        : builder.emit(op, span, operands);
  }

  /**
   * A product, between casts in mixed precision: so are those of its gradient, then, as the
   * gradient of a cast is a cast back.
   */
  private Value product(Contraction op, Value... operands) {
    if (narrowType.isEmpty()) {
      Value value = builder.emit(op, span, operands);
      work += multiplyAdds(value);
      return value;
    }
    Op narrow = new Generator.Cast(narrowType.get());
    Value[] rounded =
        Arrays.stream(operands)
            .map(operand -> builder.emit(narrow, span, operand))
            .toArray(Value[]::new);
    Value value = builder.emit(op, span, rounded);
    work += multiplyAdds(value);
    return builder.emit(new Generator.Cast(floatType), span, value);
  }

  private static long multiplyAdds(Value value) {
    long count = value.type().elements();
    for (LoopVar loop : value.comprehension().reduced()) {
      count *= loop.extent();
    }
    return count;
  }

  /** The floating-point operations for one sample of the products and convolutions so far. */
  public long flops() {
    return 2 * work / batch;
  }

  private TensorDatum emit(Op op, boolean batched, Value... operands) {
    return new TensorDatum(emit(op, operands), batched);
  }

  /** {@code dims} as they are in a value: after the batch, if {@code batched}. */
  public List<Integer> full(List<Integer> dims, boolean batched) {
    if (!batched) {
      return dims;
    }
    List<Integer> full = new ArrayList<>(dims);
    full.addFirst(batch);
    return full;
  }

  public TensorDatum scalar(DType dtype, double value) {
    return new TensorDatum(builder.constant(dtype, value, span), false);
  }

  public TensorDatum constant(List<Integer> dims, double[] elements) {
    return new TensorDatum(builder.constant(TensorType.of(floatType, dims), elements, span), false);
  }

  /** A tensor filled with one value. */
  public TensorDatum filled(DType dtype, List<Integer> dims, double value) {
    return broadcast(scalar(dtype, value), dims, false);
  }

  public TensorDatum cast(TensorDatum x, DType dtype) {
    return x.value().type().dtype() == dtype
        ? x
        : emit(new Generator.Cast(dtype), x.batched(), x.value());
  }

  public TensorDatum floating(TensorDatum x) {
    return dtype(x).isFloat() ? x : cast(x, floatType);
  }

  public static DType dtype(TensorDatum x) {
    return x.value().type().dtype();
  }

  /** Repeats {@code x} to the sample dimensions {@code dims}, over the batch if asked for. */
  public TensorDatum broadcast(TensorDatum x, List<Integer> dims, boolean batched) {
    List<Integer> target = full(dims, batched);
    if (x.batched() == batched && x.value().type().dims().equals(target)) {
      return x;
    }
    int lead = target.size() - x.rank();
    List<Integer> axes = new ArrayList<>(range(lead, target.size()));
    if (x.batched()) {
      axes.addFirst(0);
    }
    return emit(new Layout.Broadcast(target, axes), batched, x.value());
  }

  public static List<Integer> range(int from, int to) {
    return IntStream.range(from, to).boxed().toList();
  }

  /** The dims that NumPy's rule gives {@code all} together. */
  public static List<Integer> commonDims(String what, List<TensorDatum> all) {
    List<Integer> common = List.of();
    for (TensorDatum each : all) {
      common = commonDims(what, common, each.dims());
    }
    return common;
  }

  private static List<Integer> commonDims(String what, List<Integer> a, List<Integer> b) {
    List<Integer> longer = a.size() >= b.size() ? a : b;
    List<Integer> shorter = a.size() >= b.size() ? b : a;
    List<Integer> result = new ArrayList<>(longer);
    int lead = longer.size() - shorter.size();
    for (int i = 0; i < shorter.size(); i++) {
      int x = longer.get(lead + i);
      int y = shorter.get(i);
      if (x != y && x != 1 && y != 1) {
        throw new Complaint(Code.BROADCAST, what, a, b);
      }
      result.set(lead + i, x == 1 ? y : x);
    }
    return result;
  }

  /** An elementwise op on values of one type after promotion and broadcasting. */
  public TensorDatum elementwise(String what, Elementwise op, TensorDatum... operands) {
    List<TensorDatum> same = promote(op, List.of(operands));
    List<Integer> dims = commonDims(what, same);
    boolean batched = same.stream().anyMatch(TensorDatum::batched);
    Value[] values =
        same.stream().map(x -> broadcast(x, dims, batched).value()).toArray(Value[]::new);
    return emit(op, batched, values);
  }

  private List<TensorDatum> promote(Elementwise op, List<TensorDatum> operands) {
    return switch (op) {
      case AND, OR, NOT -> operands.stream().map(x -> cast(x, DType.BOOL)).toList();
      case SELECT -> {
        List<TensorDatum> choices = toCommonType(operands.subList(1, 3), DType.BOOL);
        yield List.of(cast(operands.getFirst(), DType.BOOL), choices.getFirst(), choices.getLast());
      }
      case DIV, POW, EXP, EXPM1, LOG, LOG1P, SQRT, RSQRT, SIN, COS, TANH, SIGMOID, ERF, FLOOR ->
          toCommonType(operands, floatType);
      case ADD,
          SUB,
          MUL,
          MAX,
          MIN,
          NEG,
          RELU,
          ABS,
          SIGN,
          EQUAL,
          NOT_EQUAL,
          LESS,
          LESS_EQUAL,
          GREATER,
          GREATER_EQUAL,
          STOP_GRADIENT ->
          toCommonType(operands, DType.I32);
    };
  }

  /** PyTorch's rule: the wider kind wins, and among floats a tensor wins against a scalar. */
  private List<TensorDatum> toCommonType(List<TensorDatum> operands, DType least) {
    DType common = least;
    for (TensorDatum each : operands) {
      DType dtype = dtype(each);
      boolean onlyScalar = each.rank() == 0 && !each.batched() && operands.size() > 1;
      if (rank(dtype) > rank(common) || (common.isFloat() && dtype.isFloat() && !onlyScalar)) {
        common = dtype;
      }
    }
    DType target = common;
    return operands.stream().map(x -> cast(x, target)).toList();
  }

  private static int rank(DType dtype) {
    return switch (dtype) {
      case BOOL -> 0;
      case U8 -> 1;
      case I32 -> 2;
      case F32, F64, BF16, F16 -> 3;
    };
  }

  /** Folds sample dimensions; {@code keep} leaves them with size 1. */
  public TensorDatum reduce(ReduceFn fn, TensorDatum x, List<Integer> dims, boolean keep) {
    if (dims.isEmpty()) {
      return x;
    }
    int lead = x.batched() ? 1 : 0;
    List<Integer> axes = dims.stream().map(dim -> dim + lead).sorted().toList();
    TensorDatum folded = emit(new Reduction.Reduce(fn, axes), x.batched(), x.value());
    if (!keep) {
      return folded;
    }
    List<Integer> kept = new ArrayList<>(x.dims());
    dims.forEach(dim -> kept.set(dim, 1));
    return reshape(folded, kept);
  }

  /** Sums over the batch, and over sample dimensions, which are dropped. */
  public TensorDatum sumOverBatch(TensorDatum x, List<Integer> dims) {
    TensorDatum spread = broadcast(floating(x), x.dims(), true);
    List<Integer> axes = new ArrayList<>(dims.stream().map(dim -> dim + 1).sorted().toList());
    axes.addFirst(0);
    return emit(new Reduction.Reduce(ReduceFn.SUM, axes), false, spread.value());
  }

  public TensorDatum argMax(TensorDatum x, int dim) {
    return emit(new Reduction.ArgMax(dim + (x.batched() ? 1 : 0)), x.batched(), x.value());
  }

  public TensorDatum reshape(TensorDatum x, List<Integer> dims) {
    return x.dims().equals(dims)
        ? x
        : emit(new Layout.Reshape(full(dims, x.batched())), x.batched(), x.value());
  }

  public TensorDatum permute(TensorDatum x, List<Integer> order) {
    if (order.equals(range(0, order.size()))) {
      return x;
    }
    List<Integer> axes = new ArrayList<>(order);
    if (x.batched()) {
      axes = new ArrayList<>(order.stream().map(axis -> axis + 1).toList());
      axes.addFirst(0);
    }
    return emit(new Layout.Transpose(axes), x.batched(), x.value());
  }

  public TensorDatum slice(
      TensorDatum x, List<Integer> starts, List<Integer> sizes, List<Integer> strides) {
    if (sizes.equals(x.dims())) {
      return x;
    }
    if (!x.batched()) {
      return emit(new Layout.Slice(starts, sizes, strides), false, x.value());
    }
    Layout.Slice slice =
        new Layout.Slice(prefixed(0, starts), prefixed(batch, sizes), prefixed(1, strides));
    return emit(slice, true, x.value());
  }

  /** The samples in reverse order; what is not batched stays as it is. */
  public TensorDatum reverseBatch(TensorDatum x) {
    return x.batched() ? emit(new Layout.Reverse(List.of(0)), true, x.value()) : x;
  }

  public TensorDatum reverse(TensorDatum x, int dim) {
    int lead = x.batched() ? 1 : 0;
    return emit(new Layout.Reverse(List.of(dim + lead)), x.batched(), x.value());
  }

  /** Zeros around the sample. */
  public TensorDatum pad(TensorDatum x, List<Integer> low, List<Integer> high) {
    boolean batched = x.batched();
    return emit(
        Layout.Pad.around(batched ? prefixed(0, low) : low, batched ? prefixed(0, high) : high),
        batched,
        x.value());
  }

  public TensorDatum concat(List<TensorDatum> all, int dim) {
    boolean batched = all.stream().anyMatch(TensorDatum::batched);
    Value[] values =
        toCommonType(all, DType.BOOL).stream()
            .map(x -> broadcast(x, x.dims(), batched).value())
            .toArray(Value[]::new);
    return values.length == 1
        ? new TensorDatum(values[0], batched)
        : emit(new Layout.Concat(dim + (batched ? 1 : 0)), batched, values);
  }

  public TensorDatum iota(List<Integer> dims, int dim) {
    return emit(new Generator.Iota(dims, dim), false);
  }

  /** Uniform in [0, 1), other numbers at each call and step. */
  public TensorDatum random(List<Integer> dims, boolean batched) {
    TensorType scalar = TensorType.of(DType.I32);
    Value seed = builder.parameter("seed", scalar, Role.SETTING, Span.NONE);
    Value step =
        fixedStep
            .map(value -> builder.constant(DType.I32, value, Span.NONE))
            .orElseGet(() -> builder.parameter(draws, scalar, Role.SETTING, Span.NONE));
    Op op = new Generator.RandomUniform(streams++, full(dims, batched));
    return cast(emit(op, batched, seed, step), floatType);
  }

  public static List<Integer> prefixed(int first, List<Integer> rest) {
    List<Integer> all = new ArrayList<>(rest);
    all.addFirst(first);
    return all;
  }

  public static List<Integer> repeated(int value, int count) {
    return Collections.nCopies(count, value);
  }

  /** A number as a constant or, where it follows from params that may be set, as a setting. */
  private TensorDatum scalar(Datum.FloatDatum number) {
    return number
        .formula()
        .steering()
        .map(steering -> steering.setting(number.formula()))
        .map(name -> builder.parameter(name, TensorType.of(floatType), Role.SETTING, Span.NONE))
        .map(value -> new TensorDatum(value, false))
        .orElseGet(() -> scalar(floatType, number.value()));
  }

  /** A known number as a scalar tensor; a tensor as it is. */
  public TensorDatum tensor(String what, Datum datum) {
    return switch (datum) {
      case TensorDatum tensor -> tensor;
      case Datum.IntDatum(long value) -> scalar(DType.I32, value);
      case Datum.FloatDatum number -> scalar(number);
      case Datum.BoolDatum(boolean value) -> scalar(DType.BOOL, value ? 1 : 0);
      case Datum.ListDatum list -> TensorLists.tensor(this, what, list);
      case Datum.StringDatum _, Datum.NoneDatum _, Datum.InitializerDatum _, Datum.LayerDatum _ ->
          throw new Complaint(Code.WRONG_TYPE, what, "a tensor", datum.type());
      case Datum.Poison _ -> throw Complaint.consequence(what);
    };
  }
}
