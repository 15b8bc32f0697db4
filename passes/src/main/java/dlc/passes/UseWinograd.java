// SPDX-License-Identifier: Apache-2.0
package dlc.passes;

import dlc.ir.DType;
import dlc.ir.Graph;
import dlc.ir.TensorType;
import dlc.ir.Value;
import dlc.ir.kernel.Target;
import dlc.ir.op.Convolution;
import dlc.ir.op.ConvolutionInputGrad;
import dlc.ir.op.ConvolutionWeightGrad;
import dlc.ir.op.Dot;
import dlc.ir.op.Generator;
import dlc.ir.op.Geometry;
import dlc.ir.op.Layout.Reshape;
import dlc.ir.op.Layout.Transpose;
import dlc.ir.op.Leaf;
import dlc.ir.op.Tiles.FromTiles;
import dlc.ir.op.Tiles.ToTiles;
import dlc.passes.lower.Preparation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Computes 3×3 convolutions, and their gradients, by products of transformed tiles, which takes a
 * quarter of the multiplications (Lavin and Gray 2016), where there are channels enough to be worth
 * the transformations, and tiles enough to be worth four times as much memory for weights.
 *
 * <pre>
 * convolution x, w  =>  u = to_tiles w                          // [36, q, c, o], q panels of o
 *                       v = to_tiles x                          // [36, n * tiles, c]
 *                       from_tiles (dot "apc,aqco->apqo" v, u)
 * </pre>
 *
 * <p>It runs when nothing is left to differentiate. Tiles of narrow floats are f32: their own
 * digits would not do for what is in between.
 */
public final class UseWinograd implements Pass {

  /** What transforming an element costs, in multiplications of the products. */
  private static final int TRANSFORM = 8;

  /** What reading a weight costs that no cache near by holds, in multiplications. */
  private static final int READ = 22;

  /** What writing such a weight costs. */
  private static final int WRITE = 45;

  /** More weights than so many do not stay in a second cache. */
  private static final int NEAR = 1 << 18;

  /** The transformations must be won back by so much. */
  private static final double MARGIN = 1.2;

  /** Channels are walked in vectors. */
  private static final int CHANNELS = 16;

  /** As many results side by side as a tile of registers is wide, the best first. */
  private static final List<Integer> PANELS = List.of(64, 48, 32);

  private static final int PLACES = Winograd.SIZE * Winograd.SIZE;

  /** What the processor multiplies at once, which is faster still. */
  private final Set<DType> inMatrices;

  /** For processors without registers of matrices. */
  public UseWinograd() {
    this(Set.of());
  }

  private UseWinograd(Set<DType> inMatrices) {
    this.inMatrices = inMatrices;
  }

  static UseWinograd on(Target target) {
    return new UseWinograd(target.multipliesMatrices() ? Set.of(DType.BF16) : Set.of());
  }

  @Override
  public Graph run(Graph graph) {
    Set<Value> lasting = lasting(graph);
    return Rewrite.everywhere(
        graph,
        (value, target) ->
            Case.of(target.original())
                .filter(each -> obstacle(each, lasting).isEmpty())
                .map(each -> each.form.of(new Rewriting(target), value, each.geometry)));
  }

  @Override
  public List<Remark> remarks(Graph graph) {
    Set<Value> lasting = lasting(graph);
    List<Remark> remarks = new ArrayList<>();
    for (Value value : graph.values()) {
      Case.of(value)
          .flatMap(each -> obstacle(each, lasting))
          .ifPresent(
              reason ->
                  remarks.add(
                      new Remark(
                          Remark.Kind.WINOGRAD,
                          value.span(),
                          "'%s' is computed directly: %s"
                              .formatted(value.op().mnemonic(), reason))));
    }
    return remarks;
  }

  private Optional<String> obstacle(Case convolution, Set<Value> lasting) {
    return inMatrices.contains(convolution.second.type().dtype())
        ? Optional.of("the processor multiplies matrices")
        : convolution.obstacle(lasting);
  }

  /** What is the same in many runs of {@code graph}: it follows from state, which stays. */
  private static Set<Value> lasting(Graph graph) {
    Set<Value> lasting = new HashSet<>();
    for (Value parameter : graph.parameters()) {
      Leaf.Parameter declared = Graph.declaration(parameter);
      if (declared.role().persists()) {
        if (graph.results().containsKey(declared.name())) {
          return Set.of();
        }
        lasting.add(parameter);
      }
    }
    for (Value value : graph.values()) {
      if (!(value.op() instanceof Leaf.Parameter) && lasting.containsAll(value.operands())) {
        lasting.add(value);
      }
    }
    return lasting;
  }

  /** How a convolution, or one of its gradients, is computed on tiles. */
  @FunctionalInterface
  private interface Form {
    Value of(Rewriting rewriting, Value value, Geometry geometry);
  }

  /**
   * A convolution or a gradient of one.
   *
   * @param form what takes its place
   * @param results images of its results, or their gradients
   * @param weights or their gradients
   * @param second what is read beside the images
   */
  private record Case(
      Form form, Value results, Value weights, Value second, Geometry geometry, int groups) {

    static Optional<Case> of(Value value) {
      return Optional.ofNullable(
          switch (value.op()) {
            case Convolution(Geometry geometry, int groups) ->
                withWeights(Rewriting::convolution, value, geometry, groups);
            case ConvolutionInputGrad(Geometry geometry, int groups, var _) ->
                withWeights(Rewriting::inputGrad, value, geometry, groups);
            case ConvolutionWeightGrad(Geometry geometry, int groups, var _) -> {
              Value gradient = value.operand(1);
              yield new Case(Rewriting::weightGrad, gradient, value, gradient, geometry, groups);
            }
            default -> null;
          });
    }

    private static Case withWeights(Form form, Value value, Geometry geometry, int groups) {
      return new Case(form, value, value.operand(1), value.operand(1), geometry, groups);
    }

    /** Why transforming is not faster where the values {@code lasting} are those of many runs. */
    Optional<String> obstacle(Set<Value> lasting) {
      TensorType w = weights.type();
      if (w.rank() != 4) {
        return Optional.of("tiles are of images, with two dimensions");
      }
      if (groups != 1) {
        return Optional.of("it has %d groups".formatted(groups));
      }
      if (!w.dims().subList(2, 4).equals(List.of(Winograd.KERNEL, Winograd.KERNEL))) {
        return Optional.of(
            "its kernel is %d×%d, transformations are for 3×3".formatted(w.dim(2), w.dim(3)));
      }
      if (!geometry.stride().equals(List.of(1, 1)) || !geometry.dilation().equals(List.of(1, 1))) {
        return Optional.of("its stride or dilation is not 1");
      }
      if (w.dtype().computed() != DType.F32 || second.type().dtype().computed() != DType.F32) {
        return Optional.of("it is in f64");
      }
      if (w.dim(0) % CHANNELS != 0 || w.dim(1) % CHANNELS != 0) {
        return Optional.of(
            "its %d and %d channels are not both multiples of %d"
                .formatted(w.dim(1), w.dim(0), CHANNELS));
      }
      return onTiles(lasting.contains(weights) ? Preparation.RUNS : 1) * MARGIN < direct()
          ? Optional.empty()
          : Optional.of(
              "with so few channels or so small images, transforming costs what it saves");
    }

    /** What it costs in multiplications where {@code runs} share the transformed weights. */
    private double onTiles(int runs) {
      TensorType y = results.type();
      TensorType w = weights.type();
      double kernels = (double) PLACES * w.dim(0) * w.dim(1);
      double tiles = (double) y.dim(0) * count(y.dim(2)) * count(y.dim(3));
      double images = PLACES * tiles * (w.dim(0) + w.dim(1)) * TRANSFORM;
      double transforming = kernels * (TRANSFORM + far(kernels, WRITE)) / runs;
      double weights = transforming + kernels * far(kernels, READ);
      return kernels * tiles + images + weights;
    }

    private double direct() {
      TensorType y = results.type();
      double elements = weights.type().elements();
      double places = (double) y.dim(0) * y.dim(2) * y.dim(3);
      return elements * (places + far(elements, READ));
    }

    /** {@code cost} where so many weights do not stay near by. */
    private static int far(double weights, int cost) {
      return weights > NEAR ? cost : 0;
    }
  }

  private static int count(int size) {
    return Math.ceilDiv(size, Winograd.TILE);
  }

  /** The replacements for one value. */
  private record Rewriting(Rewrite target) {

    Value convolution(Value value, Geometry geometry) {
      Value kernels = kernels(value.operand(1), 0, List.of(0, 2, 1, 3, 4), Winograd.kernel());
      return convolved(value.operand(0), geometry.low(), kernels, value.type());
    }

    Value inputGrad(Value value, Geometry geometry) {
      List<Integer> low =
          geometry.low().stream().map(padding -> Winograd.KERNEL - 1 - padding).toList();
      double[][] flipped =
          Arrays.stream(Winograd.kernel())
              .map(taps -> new double[] {taps[2], taps[1], taps[0]})
              .toArray(double[][]::new);
      Value kernels = kernels(value.operand(1), 1, List.of(1, 0, 2, 3, 4), flipped);
      return convolved(value.operand(0), low, kernels, value.type());
    }

    Value weightGrad(Value value, Geometry geometry) {
      TensorType dy = value.operand(1).type();
      Value x = images(value.operand(0), Winograd.input(), geometry.low(), dy);
      Value moved = images(value.operand(1), Winograd.result(), List.of(0, 0), dy);
      Value products = target.emit(new Dot("apc,apo->aoc"), rows(x), rows(moved));
      int size = Winograd.SIZE;
      TensorType w = value.type();
      Value tiles =
          target.emit(new Reshape(List.of(size, size, w.dim(0), 1, 1, w.dim(1))), products);
      Value matrix = matrix(Winograd.kernel(), tiles.type().dtype());
      return cast(
          w.dtype(), target.emit(new FromTiles(w.dims().subList(2, 4)), matrix, matrix, tiles));
    }

    /** Images of type {@code y} from {@code x} and kernels {@code [36, q, c, o]}. */
    private Value convolved(Value x, List<Integer> low, Value kernels, TensorType y) {
      Value tiles = images(x, Winograd.input(), low, y);
      Value products = target.emit(new Dot("apc,aqco->apqo"), rows(tiles), kernels);
      List<Integer> dims = new ArrayList<>(tiles.type().dims());
      dims.set(5, y.dim(1));
      Value matrix = matrix(Winograd.result(), products.type().dtype());
      return cast(
          y.dtype(),
          target.emit(
              new FromTiles(y.dims().subList(2, 4)),
              matrix,
              matrix,
              target.emit(new Reshape(dims), products)));
    }

    /** The tiles of {@code x} that belong to those of an image of type {@code y}. */
    private Value images(Value x, double[][] rows, List<Integer> low, TensorType y) {
      Value matrix = matrix(rows, x.type().dtype().computed());
      List<Integer> count = List.of(count(y.dim(2)), count(y.dim(3)));
      return target.emit(
          new ToTiles(Winograd.TILE, low, count), matrix, matrix, cast(matrix.type().dtype(), x));
    }

    /**
     * Transformed kernels {@code [36, q, c, o]}, where a tile of the product finds all that it
     * reads in a row: there can be more of them than caches hold. The results are dimension {@code
     * axis} of {@code w}; once that is cut in two, {@code order} makes it {@code [q, c, o, 3, 3]}.
     */
    private Value kernels(Value w, int axis, List<Integer> order, double[][] rows) {
      int results = w.type().dim(axis);
      int width = PANELS.stream().filter(each -> results % each == 0).findFirst().orElse(results);
      List<Integer> cut = new ArrayList<>(w.type().dims());
      cut.set(axis, width);
      cut.add(axis, results / width);
      Value panels = target.emit(new Transpose(order), target.emit(new Reshape(cut), w));
      List<Integer> dims = panels.type().dims();
      List<Integer> joined = new ArrayList<>(dims.subList(1, dims.size()));
      joined.set(0, dims.get(0) * dims.get(1));
      Value matrix = matrix(rows, w.type().dtype().computed());
      Value x = cast(matrix.type().dtype(), target.emit(new Reshape(joined), panels));
      Value tiles =
          target.emit(
              new ToTiles(Winograd.KERNEL, List.of(0, 0), List.of(1, 1)), matrix, matrix, x);
      return target.emit(
          new Reshape(List.of(PLACES, dims.get(0), dims.get(1), dims.get(2))), tiles);
    }

    private Value cast(DType dtype, Value x) {
      return x.type().dtype() == dtype ? x : target.emit(new Generator.Cast(dtype), x);
    }

    /** {@code [6, 6, n, t, s, c]} as {@code [36, n * t * s, c]}. */
    private Value rows(Value tiles) {
      List<Integer> dims = tiles.type().dims();
      int places = dims.get(2) * dims.get(3) * dims.get(4);
      return target.emit(new Reshape(List.of(PLACES, places, dims.get(5))), tiles);
    }

    private Value matrix(double[][] rows, DType dtype) {
      double[] elements = Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
      return target.constant(TensorType.of(dtype, rows.length, rows[0].length), elements);
    }
  }
}
