// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import dlc.ir.DType;
import dlc.ir.TensorType;
import dlc.ir.kernel.LoopKind;
import dlc.ir.kernel.Stmt;
import dlc.ir.scalar.Buffer;
import dlc.ir.scalar.Condition;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import dlc.ir.scalar.Scalar;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Writes a tile of sums in registers of matrices.
 *
 * <pre>
 * matrix acc: f32[2, 2, 16, 16]
 * matrix x: bf16[2, 16, 32]
 * matrix y: bf16[2, 16, 32]
 * …                                                    // acc is cleared
 * serial r0 {
 *   unrolled h { matrix i { matrix q { x[h, i, q] = b[…, 32 * r0 + q] } } }
 *   unrolled j { matrix q { matrix e { y[j, q, e] = s[…, 16 * r0 + q, 32 * j + e] } } }
 *   unrolled h { unrolled j { matrix i { matrix l { matrix q {
 *     acc[h, j, i, l] = acc[h, j, i, l] + x[h, i, q] * y[j, q / 2, 2 * l + q % 2] } } } } }
 * }
 * register out: f32[32, 32]
 * unrolled h { unrolled j { matrix i { matrix l { out[16 * h + i, 16 * j + l] = acc[h, j, i, l] } } } }
 * serial row { unrolled j { lanes l { …  y[…] = … out[row, 16 * j + l] … } } }
 * </pre>
 */
final class MatrixTile {

  private final PlainNest nest;
  private final Buffer sum;
  private final List<Scalar.Load> loads;
  private final Tiling tiling;
  private final Axis rows;
  private final Axis columns;

  /**
   * @param sum the register of the plain kernel
   * @param loads the factors, as they are read from the copies that {@link PlanMatrices} asks for
   */
  MatrixTile(PlainNest nest, Buffer sum, List<Scalar.Load> loads, Tiling tiling) {
    this.nest = nest;
    this.sum = sum;
    this.loads = loads;
    this.tiling = tiling;
    this.rows = Objects.requireNonNull(tiling.rows());
    this.columns = Objects.requireNonNull(tiling.columns());
  }

  /** A tile of {@code high} matrices down and {@code wide} across. */
  List<Stmt> statements(int high, int wide) {
    LoopVar down = new LoopVar("h", high);
    LoopVar across = new LoopVar("j", wide);
    LoopVar row = new LoopVar("i", rows.width());
    LoopVar column = new LoopVar("l", columns.width());
    LoopVar term = new LoopVar("q", tiling.width());
    Buffer acc =
        Buffer.matrix("acc", TensorType.of(DType.F32, high, wide, row.extent(), column.extent()));
    Buffer x = Buffer.matrix("x", TensorType.of(DType.BF16, high, row.extent(), term.extent()));
    Buffer y =
        Buffer.matrix("y", TensorType.of(DType.BF16, wide, term.extent() / 2, 2 * column.extent()));
    List<Index> here = List.of(down.index(), across.index(), row.index(), column.index());
    List<Stmt> statements = new ArrayList<>();
    statements.add(new Stmt.Declare(acc));
    statements.add(new Stmt.Declare(x));
    statements.add(new Stmt.Declare(y));
    statements.addAll(
        each(
            List.of(down, across),
            List.of(row, column),
            new Stmt.Store(acc, here, Scalar.literal(0, DType.F32))));
    List<Stmt> turn = new ArrayList<>();
    turn.addAll(readRows(x, down, row, term));
    turn.addAll(readColumns(y, across));
    Index second = column.index().times(2).plus(term.index().mod(2));
    Scalar product =
        read(x, List.of(down.index(), row.index(), term.index()))
            .times(read(y, List.of(across.index(), term.index().floorDiv(2), second)));
    turn.addAll(
        each(
            List.of(down, across),
            List.of(row, column, term),
            new Stmt.Store(acc, here, read(acc, here).plus(product))));
    List<LoopVar> around = new ArrayList<>(nest.reduced());
    around.remove(tiling.lane().loop());
    around.add(turns());
    statements.addAll(Rewriting.nest(around, LoopKind.SERIAL, turn));
    Buffer out =
        Buffer.register(
            "out", TensorType.of(DType.F32, high * row.extent(), wide * column.extent()));
    statements.add(new Stmt.Declare(out));
    statements.addAll(
        each(
            List.of(down, across),
            List.of(row, column),
            new Stmt.Store(
                out, List.of(within(down, row), within(across, column)), read(acc, here))));
    statements.addAll(results(out, across, column));
    return statements;
  }

  private static Scalar read(Buffer buffer, List<Index> at) {
    return new Scalar.Load(buffer, at, Condition.ALWAYS, 0);
  }

  private static List<Stmt> each(List<LoopVar> registers, List<LoopVar> matrix, Stmt store) {
    return Rewriting.nest(
        registers, LoopKind.UNROLLED, Rewriting.nest(matrix, LoopKind.MATRIX, List.of(store)));
  }

  private static Index within(LoopVar block, LoopVar inside) {
    return block.index().times(inside.extent()).plus(inside.index());
  }

  private LoopVar turns() {
    return new LoopVar(tiling.lane().loop().name(), tiling.lane().units());
  }

  private Index terms() {
    return turns().index().times(tiling.width());
  }

  private List<Stmt> readRows(Buffer x, LoopVar down, LoopVar row, LoopVar term) {
    Map<LoopVar, Index> place = new HashMap<>();
    place.put(rows.loop(), rows.start().plus(within(down, row)));
    place.put(tiling.lane().loop(), terms().plus(term.index()));
    List<Index> here = List.of(down.index(), row.index(), term.index());
    Stmt store = new Stmt.Store(x, here, loads.get(1 - tiling.wide()));
    return each(
        List.of(down), List.of(row, term), Rewriting.substitute(List.of(store), place).getFirst());
  }

  private List<Stmt> readColumns(Buffer y, LoopVar across) {
    LoopVar pair = new LoopVar("q", tiling.width() / 2);
    LoopVar element = new LoopVar("e", 2 * columns.width());
    Map<LoopVar, Index> place = new HashMap<>();
    place.put(columns.loop(), columns.start().plus(across.index().times(columns.width())));
    place.put(tiling.lane().loop(), terms().plus(pair.index().times(2)));
    Scalar.Load load = loads.get(tiling.wide());
    List<Index> at = new ArrayList<>();
    load.at()
        .forEach(index -> at.add(index.substitute(loop -> place.getOrDefault(loop, loop.index()))));
    // Both terms of a pair are in a row with those of the other columns.
    at.removeLast();
    at.add(at.removeLast().times(2).plus(element.index()));
    List<Integer> dims = new ArrayList<>(load.buffer().type().dims());
    dims.add(dims.removeLast() * dims.removeLast());
    Buffer pairs = Buffer.global(load.buffer().name(), new TensorType(DType.BF16, dims));
    List<Index> here = List.of(across.index(), pair.index(), element.index());
    return each(List.of(across), List.of(pair, element), new Stmt.Store(y, here, read(pairs, at)));
  }

  /** What is done with the sums. */
  private List<Stmt> results(Buffer out, LoopVar across, LoopVar column) {
    LoopVar row = new LoopVar("row", out.type().dim(0));
    Index down = rows.start().plus(row.index());
    Index along = columns.start().plus(within(across, column));
    Condition inside = inside(down, rows).and(inside(along, columns));
    List<Stmt> after =
        Rewriting.substitute(
            Rewriting.widen(
                nest.after(), Map.of(sum, out), List.of(row.index(), within(across, column))),
            Map.of(rows.loop(), down, columns.loop(), along));
    List<Stmt> vectors = Rewriting.lanes(column, Rewriting.guarded(inside, after));
    return Rewriting.nest(
        List.of(row), LoopKind.SERIAL, Rewriting.nest(List.of(across), LoopKind.UNROLLED, vectors));
  }

  /** Blocks of which some reach beyond the end are tested. */
  private static Condition inside(Index at, Axis axis) {
    int extent = axis.loop().extent();
    return extent % axis.width() == 0 ? Condition.ALWAYS : Condition.inRange(at, 0, extent);
  }
}
