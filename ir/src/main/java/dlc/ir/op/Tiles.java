// SPDX-License-Identifier: Apache-2.0
package dlc.ir.op;

import dlc.ir.Operands;
import dlc.ir.TensorType;
import dlc.ir.scalar.BinaryFn;
import dlc.ir.scalar.Condition;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import dlc.ir.scalar.Scalar;
import java.util.ArrayList;
import java.util.List;

/**
 * Linear maps of small tiles of images, by a matrix from each side: the two ends of fast
 * convolution algorithms (Winograd 1980; Lavin and Gray 2016).
 *
 * <p>Images are {@code [n, c, height, width]}, tiles {@code [a, b, n, down, across, c]}, so that
 * for each {@code a, b} the tiles are the rows of a matrix. Passes make these ops from convolutions
 * that are differentiated already: they have no gradient.
 */
public sealed interface Tiles extends Computed {

  /**
   * Cuts images into tiles, which may overlap, and maps each.
   *
   * <pre>
   * result[a, b, n, t, s, c] = sum over i, j of
   *     rows[a, i] * columns[b, j] * x[n, c, t * step - low + i, s * step - low + j]
   * </pre>
   *
   * where {@code x} is zero outside.
   *
   * @param step from one tile to the next
   * @param low how far the first tile begins before the image, for each dimension
   * @param count how many tiles there are, for each dimension
   */
  record ToTiles(int step, List<Integer> low, List<Integer> count) implements Tiles {
    public ToTiles {
      low = List.copyOf(low);
      count = List.copyOf(count);
    }

    @Override
    public List<String> operandNames() {
      return List.of("rows", "columns", "x");
    }

    @Override
    public TensorType inferType(Operands operands) {
      TensorType x = operands.ranked(2, 4);
      requireMatrices(operands, x);
      operands.require(
          step >= 1
              && low.size() == 2
              && count.size() == 2
              && count.stream().allMatch(each -> each >= 1),
          "step %d, low %s, count %s",
          step,
          low,
          count);
      return TensorType.of(
          x.dtype(),
          operands.type(0).dim(0),
          operands.type(1).dim(0),
          x.dim(0),
          count.get(0),
          count.get(1),
          x.dim(1));
    }

    @Override
    public Comprehension comprehension(List<TensorType> operands, TensorType result) {
      TensorType x = operands.get(2);
      List<LoopVar> loops = Comprehension.loops("d", result.dims());
      List<Index> at = Comprehension.indices(loops);
      List<LoopVar> reduced =
          Comprehension.loops("r", List.of(operands.get(0).dim(1), operands.get(1).dim(1)));
      List<Index> places = new ArrayList<>();
      for (int axis = 0; axis < 2; axis++) {
        Index start = at.get(3 + axis).times(step).plus(-low.get(axis));
        places.add(start.plus(reduced.get(axis).index()));
      }
      return map(
          loops,
          reduced,
          List.of(at.get(0), reduced.get(0).index()),
          List.of(at.get(1), reduced.get(1).index()),
          new Comprehension.Access(
              List.of(at.get(2), at.get(5), places.get(0), places.get(1)),
              Geometry.inside(places, x.dims().subList(2, 4)),
              0));
    }
  }

  /**
   * Maps each tile and puts them side by side; what goes beyond the image is left out.
   *
   * <pre>
   * result[n, c, t * P + p, s * Q + q] = sum over a, b of
   *     rows[a, p] * columns[b, q] * tiles[a, b, n, t, s, c]
   * </pre>
   *
   * where {@code rows} has {@code P} columns and {@code columns} has {@code Q}.
   *
   * @param spatial height and width of the image
   */
  record FromTiles(List<Integer> spatial) implements Tiles {
    public FromTiles {
      spatial = List.copyOf(spatial);
    }

    @Override
    public List<String> operandNames() {
      return List.of("rows", "columns", "tiles");
    }

    @Override
    public TensorType inferType(Operands operands) {
      TensorType tiles = operands.ranked(2, 6);
      requireMatrices(operands, tiles);
      operands.require(
          spatial.size() == 2
              && tiles.dim(0) == operands.type(0).dim(0)
              && tiles.dim(1) == operands.type(1).dim(0)
              && fits(0, operands, tiles)
              && fits(1, operands, tiles),
          "%s by matrices %s and %s is no image of %s",
          tiles,
          operands.type(0),
          operands.type(1),
          spatial);
      return TensorType.of(
          tiles.dtype(), tiles.dim(2), tiles.dim(5), spatial.get(0), spatial.get(1));
    }

    private boolean fits(int axis, Operands operands, TensorType tiles) {
      int size = operands.type(axis).dim(1);
      return spatial.get(axis) >= 1 && Math.ceilDiv(spatial.get(axis), size) <= tiles.dim(3 + axis);
    }

    @Override
    public Comprehension comprehension(List<TensorType> operands, TensorType result) {
      List<LoopVar> loops = Comprehension.loops("d", result.dims());
      List<Index> at = Comprehension.indices(loops);
      List<LoopVar> reduced =
          Comprehension.loops("r", List.of(operands.get(0).dim(0), operands.get(1).dim(0)));
      List<Index> in = Comprehension.indices(reduced);
      int height = operands.get(0).dim(1);
      int width = operands.get(1).dim(1);
      return map(
          loops,
          reduced,
          List.of(in.get(0), at.get(2).mod(height)),
          List.of(in.get(1), at.get(3).mod(width)),
          new Comprehension.Access(
              List.of(
                  in.get(0),
                  in.get(1),
                  at.get(0),
                  at.get(2).floorDiv(height),
                  at.get(3).floorDiv(width),
                  at.get(1)),
              Condition.ALWAYS,
              0));
    }
  }

  @Override
  default void gradient(GradientContext grad) {
    throw new UnsupportedOperationException(mnemonic() + " is made after differentiation");
  }

  private static void requireMatrices(Operands operands, TensorType x) {
    operands.floating(2);
    for (int i = 0; i < 2; i++) {
      operands.require(
          operands.ranked(i, 2).dtype() == x.dtype(), "%s maps %s", operands.type(i), x);
    }
  }

  private static Comprehension map(
      List<LoopVar> loops,
      List<LoopVar> reduced,
      List<Index> row,
      List<Index> column,
      Comprehension.Access access) {
    Scalar factor = new Scalar.Binary(BinaryFn.MUL, new Scalar.Arg(0), new Scalar.Arg(1));
    return new Comprehension(
        loops,
        reduced,
        List.of(Comprehension.Access.of(row), Comprehension.Access.of(column), access),
        new Comprehension.Fold.By(ReduceFn.SUM),
        new Scalar.Binary(BinaryFn.MUL, factor, new Scalar.Arg(2)));
  }
}
