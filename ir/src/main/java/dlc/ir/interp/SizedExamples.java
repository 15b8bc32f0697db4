// SPDX-License-Identifier: Apache-2.0
package dlc.ir.interp;

import dlc.ir.DType;
import dlc.ir.TensorType;
import dlc.ir.interp.OpExamples.Example;
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
import dlc.ir.op.RoutedWeightGrad;
import dlc.ir.op.Tiles;
import dlc.ir.op.Window;
import java.util.ArrayList;
import java.util.List;

/**
 * Every op on a batch of samples that have channels, of any sizes: {@link OpExamples} shows what
 * ops can do, these what becomes of them where vectors and groups do not divide a batch.
 */
public final class SizedExamples {

  private static final int HEIGHT = 6;
  private static final int WIDTH = 5;

  private final int batch;
  private final int channels;
  private final List<Example> all = new ArrayList<>();

  private SizedExamples(int batch, int channels) {
    this.batch = batch;
    this.channels = channels;
  }

  /** At least one example of every op but the gradient, on {@code batch} samples, in f32. */
  public static List<Example> of(int batch, int channels) {
    SizedExamples examples = new SizedExamples(batch, channels);
    for (Elementwise op : Elementwise.values()) {
      examples.elementwise(op);
    }
    examples.layouts();
    examples.contractions();
    examples.windows();
    examples.tiles();
    examples.lookups();
    examples.others();
    return examples.all;
  }

  private void add(Op op, TensorType... operands) {
    all.add(new Example(op, List.of(operands)));
  }

  private static TensorType f32(int... dims) {
    return TensorType.of(DType.F32, dims);
  }

  private TensorType rows() {
    return f32(batch, channels);
  }

  private TensorType images() {
    return f32(batch, channels, HEIGHT, WIDTH);
  }

  private void elementwise(Elementwise op) {
    TensorType bools = rows().withDType(DType.BOOL);
    switch (op) {
      case SELECT -> add(op, bools, rows(), rows());
      case NOT -> add(op, bools);
      case AND, OR -> add(op, bools, bools);
      default -> all.add(new Example(op, op.operandNames().stream().map(_ -> rows()).toList()));
    }
  }

  private void layouts() {
    List<Integer> dims = List.of(batch, channels, WIDTH);
    TensorType lines = TensorType.of(DType.F32, dims);
    add(new Layout.Broadcast(dims, List.of(1)), f32(channels));
    add(new Layout.Broadcast(dims, List.of(0)), f32(batch));
    add(new Layout.Reshape(List.of(batch, channels * WIDTH)), lines);
    add(new Layout.Transpose(List.of(2, 0, 1)), lines);
    add(new Layout.Transpose(List.of(1, 0)), rows());
    add(
        new Layout.Slice(
            List.of(0, 1, 0), List.of(batch, channels - 1, (WIDTH + 1) / 2), List.of(1, 1, 2)),
        lines);
    add(new Layout.Reverse(List.of(0, 2)), lines);
    add(new Layout.Pad(List.of(0, 1, 2), List.of(0, 0, 1), List.of(0, 2, 0)), lines);
    add(new Layout.Concat(1), rows(), f32(batch, 1), rows());
  }

  private void contractions() {
    add(new Dot("zi,oi->zo"), rows(), f32(20, channels));
    add(new Dot("zo,oi->zi"), f32(batch, 20), f32(20, channels));
    add(new Dot("zo,zi->oi"), f32(batch, 20), rows());
    add(new Dot("bij,bkj->bik"), f32(batch, 3, channels), f32(batch, 5, channels));
    convolutions(Geometry.dense(2), 1, f32(20, channels, 1, 1));
    Geometry padded = new Geometry(List.of(1, 1), List.of(1, 1), List.of(1, 1), List.of(1, 1));
    convolutions(padded, 1, f32(7, channels, 3, 3));
    Geometry apart = new Geometry(List.of(2, 1), List.of(1, 0), List.of(0, 2), List.of(1, 2));
    convolutions(apart, channels, f32(2 * channels, 1, 3, 2));
  }

  private void convolutions(Geometry geometry, int groups, TensorType weight) {
    Convolution op = new Convolution(geometry, groups);
    TensorType y = new Example(op, List.of(images(), weight)).resultType();
    add(op, images(), weight);
    add(new ConvolutionInputGrad(geometry, groups, List.of(HEIGHT, WIDTH)), y, weight);
    List<Integer> kernel = weight.dims().subList(2, 4);
    add(new ConvolutionWeightGrad(geometry, groups, kernel), images(), y);
  }

  private void windows() {
    List<Integer> window = List.of(3, 2);
    Geometry geometry = new Geometry(List.of(2, 2), List.of(1, 0), List.of(1, 1), List.of(1, 1));
    List<Integer> spatial = List.of(HEIGHT, WIDTH);
    Op sum = new Window.WindowReduce(ReduceFn.SUM, window, geometry);
    TensorType y = new Example(sum, List.of(images())).resultType();
    add(sum, images());
    add(new Window.WindowReduce(ReduceFn.MAX, window, geometry), images());
    add(new Window.WindowArgMax(window, geometry), images());
    add(new Window.WindowSpread(window, geometry, spatial), y);
    add(new Window.WindowRoute(window, geometry, spatial), Window.placesIn(window, y), y);
    TensorType places = TensorType.of(DType.U8, batch, 4, 3, 3);
    Geometry inside = new Geometry(List.of(2, 2), List.of(0, 0), List.of(0, 0), List.of(1, 1));
    add(
        new RoutedWeightGrad(List.of(2, 3), inside, List.of(3, 2), List.of(1, 0)),
        f32(batch, channels, 7, 8),
        places.withDType(DType.F32),
        places);
    TensorType squares = TensorType.of(DType.U8, batch, channels, 3, 3);
    add(
        new RoutedWeightGrad(List.of(2, 2), inside, List.of(3, 3), List.of(1, 1)),
        f32(batch, 2, 6, 6),
        squares.withDType(DType.F32),
        squares);
  }

  private void tiles() {
    Op cut = new Tiles.ToTiles(2, List.of(1, 0), List.of(3, 2));
    add(cut, f32(4, 4), f32(3, 4), f32(batch, channels, 5, 5));
    add(new Tiles.FromTiles(List.of(5, 3)), f32(4, 2), f32(3, 3), f32(4, 3, batch, 3, 1, channels));
  }

  private void lookups() {
    TensorType places = TensorType.of(DType.I32, batch);
    add(new Lookup.Take(), f32(channels, WIDTH), places);
    add(new Lookup.ScatterAdd(channels), places, f32(batch, WIDTH));
    TensorType along = TensorType.of(DType.I32, batch, WIDTH);
    add(new Lookup.TakeAlong(1), rows(), along);
    add(new Lookup.AddAlong(1, channels), along, f32(batch, WIDTH));
  }

  private void others() {
    for (ReduceFn fn : ReduceFn.values()) {
      add(new Reduction.Reduce(fn, List.of(1)), rows());
      add(new Reduction.Reduce(fn, List.of(0, 2, 3)), images());
    }
    add(new Reduction.Reduce(ReduceFn.SUM, List.of(0, 1)), rows());
    add(new Reduction.ArgMax(1), rows());
    add(new Reduction.ArgMax(0), rows());
    for (DType type : List.of(DType.BF16, DType.F16, DType.I32)) {
      add(new Generator.Cast(type), rows());
    }
    add(new Generator.Cast(DType.F32), rows().withDType(DType.U8));
    add(new Generator.Iota(List.of(batch, channels), 0));
    TensorType scalar = TensorType.of(DType.I32);
    add(new Generator.RandomUniform(3, List.of(batch, channels)), scalar, scalar);
  }
}
