// SPDX-License-Identifier: Apache-2.0
package dlc.ir.interp;

import dlc.base.Span;
import dlc.ir.DType;
import dlc.ir.Graph;
import dlc.ir.GraphBuilder;
import dlc.ir.Role;
import dlc.ir.TensorType;
import dlc.ir.Value;
import dlc.ir.op.Convolution;
import dlc.ir.op.ConvolutionInputGrad;
import dlc.ir.op.ConvolutionWeightGrad;
import dlc.ir.op.Dot;
import dlc.ir.op.Elementwise;
import dlc.ir.op.Generator;
import dlc.ir.op.Geometry;
import dlc.ir.op.Gradient;
import dlc.ir.op.Layout;
import dlc.ir.op.Lookup;
import dlc.ir.op.Op;
import dlc.ir.op.ReduceFn;
import dlc.ir.op.Reduction;
import dlc.ir.op.RoutedWeightGrad;
import dlc.ir.op.Tiles;
import dlc.ir.op.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Every op, with attributes and operand types that show what it can do, over odd sizes. For
 * testing: each pass and backend must agree with {@link GraphInterpreter} on all of them.
 */
public final class OpExamples {

  /** An op and the types of its operands. */
  public record Example(Op op, List<TensorType> operands) {

    static Example of(Op op, TensorType... operands) {
      return new Example(op, List.of(operands));
    }

    /** The same with {@code dtype} for f64. */
    public Example in(DType dtype) {
      return new Example(
          op,
          operands.stream()
              .map(type -> type.dtype() == DType.F64 ? type.withDType(dtype) : type)
              .toList());
    }

    /** The op on parameters {@code x0}, {@code x1} …, as the result {@code y}. */
    public Graph graph() {
      GraphBuilder builder = new GraphBuilder("example");
      builder.result("y", apply(builder));
      return builder.build();
    }

    /** The gradient of a weighted sum of the result, {@code loss}, in each operand of floats. */
    public Graph gradients() {
      GraphBuilder builder = new GraphBuilder("example");
      Value y = apply(builder);
      Value weights = builder.parameter("weights", y.type(), Role.INPUT, Span.NONE);
      Value weighted = builder.emit(Elementwise.MUL, Span.NONE, y, weights);
      List<Integer> all = IntStream.range(0, y.type().rank()).boxed().toList();
      Op sum = new Reduction.Reduce(ReduceFn.SUM, all);
      Value loss = builder.emit(sum, Span.NONE, weighted);
      builder.result("loss", loss);
      for (Value operand : y.operands()) {
        if (operand.type().dtype().isFloat()) {
          Value gradient = builder.emit(new Gradient(), Span.NONE, loss, operand);
          builder.result("d " + Graph.declaration(operand).name(), gradient);
        }
      }
      return builder.build();
    }

    /**
     * Whether its gradient means something: not where a value is held constant by definition, is
     * too coarse for differences, or is itself a gradient, of which no one asks the gradient.
     */
    public boolean isDifferentiated() {
      return resultType().dtype().isFloat()
          && !resultType().dtype().isNarrow()
          && operands.stream().noneMatch(type -> type.dtype().isNarrow())
          && op != Elementwise.STOP_GRADIENT
          && !(op instanceof Window.WindowRoute)
          && !(op instanceof RoutedWeightGrad)
          && !(op instanceof Tiles);
    }

    /** The type of the result. */
    public TensorType resultType() {
      return apply(new GraphBuilder("example")).type();
    }

    private Value apply(GraphBuilder builder) {
      List<Value> parameters = new ArrayList<>();
      for (TensorType type : operands) {
        parameters.add(builder.parameter("x" + parameters.size(), type, Role.INPUT, Span.NONE));
      }
      return builder.emit(op, Span.NONE, parameters);
    }

    @Override
    public String toString() {
      return op.text() + " " + operands;
    }
  }

  private OpExamples() {}

  /** At least one example of every op but {@link Gradient}. */
  public static List<Example> all() {
    List<Example> all = new ArrayList<>();
    for (Elementwise op : Elementwise.values()) {
      all.add(elementwise(op));
    }
    layouts(all);
    contractions(all);
    windows(all);
    tiles(all);
    others(all);
    return all;
  }

  private static TensorType f64(int... dims) {
    return TensorType.of(DType.F64, dims);
  }

  private static TensorType i32(int... dims) {
    return TensorType.of(DType.I32, dims);
  }

  private static TensorType bool(int... dims) {
    return TensorType.of(DType.BOOL, dims);
  }

  private static Example elementwise(Elementwise op) {
    return switch (op) {
      case SELECT -> Example.of(op, bool(3, 5), f64(3, 5), f64(3, 5));
      case NOT -> Example.of(op, bool(3, 5));
      case AND, OR -> Example.of(op, bool(3, 5), bool(3, 5));
      default -> new Example(op, op.operandNames().stream().map(_ -> f64(3, 5)).toList());
    };
  }

  private static void layouts(List<Example> all) {
    all.add(Example.of(new Layout.Broadcast(List.of(2, 3, 5), List.of(1)), f64(3)));
    all.add(Example.of(new Layout.Broadcast(List.of(2, 3, 5), List.of(0, 1, 2)), f64(2, 1, 5)));
    all.add(Example.of(new Layout.Broadcast(List.of(3), List.of()), f64()));
    all.add(Example.of(new Layout.Reshape(List.of(5, 3, 2)), f64(2, 15)));
    all.add(Example.of(new Layout.Reshape(List.of(7)), f64(1, 7, 1)));
    all.add(Example.of(new Layout.Transpose(List.of(2, 0, 1)), f64(2, 3, 5)));
    all.add(
        Example.of(
            new Layout.Slice(List.of(1, 0, 2), List.of(1, 3, 2), List.of(1, 1, 3)), f64(2, 3, 7)));
    all.add(Example.of(new Layout.Reverse(List.of(0, 2)), f64(2, 3, 5)));
    all.add(Example.of(new Layout.Pad(List.of(1, 0), List.of(0, 2), List.of(0, 2)), f64(3, 5)));
    all.add(Example.of(Layout.Pad.around(List.of(2, 1), List.of(1, 0)), f64(3, 5)));
    all.add(Example.of(new Layout.Concat(1), f64(2, 3), f64(2, 1), f64(2, 5)));
  }

  private static void contractions(List<Example> all) {
    all.add(Example.of(new Dot("ij,jk->ik"), f64(3, 5), f64(5, 7)));
    all.add(Example.of(new Dot("ij,kj->ki"), f64(3, 5), f64(7, 5)));
    all.add(Example.of(new Dot("bij,bjk->bik"), f64(2, 3, 5), f64(2, 5, 3)));
    all.add(Example.of(new Dot("i,i->"), f64(7), f64(7)));
    all.add(Example.of(new Dot("i,j->ij"), f64(3), f64(5)));
    all.add(Example.of(new Dot("ab,ab->ab"), f64(3, 5), f64(3, 5)));
    all.add(Example.of(new Dot("bijh,bkjh->bhik"), f64(2, 3, 2, 2), f64(2, 3, 2, 2)));
    Geometry plain = Geometry.dense(2);
    Geometry odd = new Geometry(List.of(2, 3), List.of(1, 0), List.of(0, 2), List.of(1, 2));
    Geometry line = new Geometry(List.of(2), List.of(2), List.of(1), List.of(3));
    Geometry solid =
        new Geometry(List.of(1, 2, 1), List.of(1, 0, 0), List.of(0, 1, 0), List.of(1, 1, 2));
    convolutions(all, plain, 1, f64(2, 3, 5, 4), f64(2, 3, 3, 2));
    convolutions(all, plain, 1, f64(2, 3, 3, 4), f64(5, 3, 1, 1));
    convolutions(all, odd, 1, f64(1, 2, 5, 7), f64(3, 2, 2, 3));
    convolutions(all, odd, 2, f64(2, 4, 5, 7), f64(6, 2, 3, 2));
    convolutions(all, odd, 3, f64(1, 3, 5, 5), f64(3, 1, 3, 2));
    convolutions(all, line, 1, f64(2, 3, 9), f64(2, 3, 3));
    convolutions(all, solid, 1, f64(1, 2, 3, 4, 3), f64(2, 2, 2, 2, 2));
  }

  private static void convolutions(
      List<Example> all, Geometry geometry, int groups, TensorType x, TensorType w) {
    List<Integer> spatial = x.dims().subList(2, x.rank());
    List<Integer> kernel = w.dims().subList(2, w.rank());
    Example convolution = Example.of(new Convolution(geometry, groups), x, w);
    TensorType y = convolution.resultType();
    all.add(convolution);
    all.add(Example.of(new ConvolutionInputGrad(geometry, groups, spatial), y, w));
    all.add(Example.of(new ConvolutionWeightGrad(geometry, groups, kernel), x, y));
  }

  private static void windows(List<Example> all) {
    Geometry apart = new Geometry(List.of(2, 2), List.of(0, 0), List.of(0, 1), List.of(1, 1));
    Geometry padded = new Geometry(List.of(2, 2), List.of(1, 0), List.of(1, 1), List.of(1, 1));
    Geometry overlapping = new Geometry(List.of(1, 2), List.of(1, 0), List.of(0, 1), List.of(1, 1));
    Geometry dilated = new Geometry(List.of(2, 1), List.of(0, 1), List.of(1, 1), List.of(2, 2));
    windows(all, List.of(2, 2), apart, f64(2, 3, 5, 5));
    windows(all, List.of(2, 2), padded, f64(1, 2, 4, 5));
    windows(all, List.of(3, 2), overlapping, f64(1, 2, 5, 7));
    windows(all, List.of(2, 3), dilated, f64(2, 7, 6));
    Geometry inside = new Geometry(List.of(2, 2), List.of(0, 0), List.of(0, 0), List.of(1, 1));
    Op routed = new RoutedWeightGrad(List.of(2, 3), inside, List.of(3, 2), List.of(1, 0));
    all.add(
        Example.of(routed, f64(2, 5, 7, 8), f64(2, 4, 3, 3), TensorType.of(DType.U8, 2, 4, 3, 3)));
  }

  private static void windows(
      List<Example> all, List<Integer> window, Geometry geometry, TensorType x) {
    List<Integer> spatial = x.dims().subList(x.rank() - 2, x.rank());
    Example sum = Example.of(new Window.WindowReduce(ReduceFn.SUM, window, geometry), x);
    TensorType y = sum.resultType();
    all.add(sum);
    all.add(Example.of(new Window.WindowReduce(ReduceFn.MAX, window, geometry), x));
    all.add(Example.of(new Window.WindowArgMax(window, geometry), x));
    all.add(Example.of(new Window.WindowSpread(window, geometry, spatial), y));
    all.add(
        Example.of(
            new Window.WindowRoute(window, geometry, spatial), Window.placesIn(window, y), y));
  }

  private static void tiles(List<Example> all) {
    Op overlapping = new Tiles.ToTiles(2, List.of(1, 0), List.of(3, 2));
    all.add(Example.of(overlapping, f64(4, 4), f64(3, 4), f64(2, 3, 5, 5)));
    Op one = new Tiles.ToTiles(3, List.of(0, 0), List.of(1, 1));
    all.add(Example.of(one, f64(5, 3), f64(5, 3), f64(3, 7, 3, 3)));
    Op cut = new Tiles.FromTiles(List.of(5, 3));
    all.add(Example.of(cut, f64(4, 2), f64(3, 3), f64(4, 3, 2, 3, 1, 5)));
  }

  private static void others(List<Example> all) {
    for (ReduceFn fn : ReduceFn.values()) {
      all.add(Example.of(new Reduction.Reduce(fn, List.of(0, 2)), f64(2, 3, 5)));
      all.add(Example.of(new Reduction.Reduce(fn, List.of(1)), f64(3, 7)));
    }
    all.add(Example.of(new Reduction.Reduce(ReduceFn.SUM, List.of()), f64(3)));
    all.add(Example.of(new Reduction.ArgMax(1), f64(3, 7, 2)));
    all.add(Example.of(new Lookup.Take(), f64(3, 5), i32(2, 3)));
    all.add(Example.of(new Lookup.Take(), f64(4), i32()));
    all.add(Example.of(new Lookup.ScatterAdd(3), i32(5), f64(5, 2)));
    all.add(Example.of(new Lookup.TakeAlong(1), f64(2, 5, 3), i32(2, 4, 3)));
    all.add(Example.of(new Lookup.TakeAlong(0), f64(5), i32(7)));
    all.add(Example.of(new Lookup.AddAlong(1, 5), i32(2, 4, 3), f64(2, 4, 3)));
    all.add(Example.of(new Generator.Cast(DType.F32), f64(3, 5)));
    all.add(Example.of(new Generator.Cast(DType.F64), TensorType.of(DType.F32, 3, 5)));
    all.add(Example.of(new Generator.Cast(DType.BF16), f64(3, 5)));
    all.add(Example.of(new Generator.Cast(DType.F16), f64(3, 5)));
    all.add(Example.of(new Generator.Cast(DType.F64), TensorType.of(DType.BF16, 3, 5)));
    all.add(Example.of(new Generator.Cast(DType.F32), TensorType.of(DType.F16, 3, 5)));
    all.add(Example.of(new Generator.Cast(DType.I32), f64(3, 5)));
    all.add(Example.of(new Generator.Cast(DType.F64), TensorType.of(DType.U8, 3, 5)));
    all.add(Example.of(new Generator.Iota(List.of(3, 5), 1)));
    all.add(Example.of(new Generator.RandomUniform(3, List.of(3, 5)), i32(), i32()));
  }
}
