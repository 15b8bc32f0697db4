// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import dlc.ir.TensorType;
import dlc.ir.kernel.LoopKind;
import dlc.ir.kernel.Stmt;
import dlc.ir.kernel.Target;
import dlc.ir.scalar.Buffer;
import dlc.ir.scalar.Condition;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import dlc.ir.scalar.Scalar;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A contraction as tiles, each of which a group of work-items makes: together they copy what the
 * tile needs of both operands into memory that they share, and then each item makes a part of the
 * tile in registers.
 *
 * <pre>
 * parallel g {                                              // a tile of 64 rows and 64 columns
 *   register acc: f32[256, 4, 4]                            // 4 rows, 4 columns for each item
 *   shared left: f32[16, 68]  shared right: f32[16, 68]
 *   serial r {                                              // 16 terms of the sum at a time
 *     items t { lanes w { left[…] = x[…] }  lanes w { right[…] = w[…] } }
 *     items t { serial k { unrolled u { lanes l {
 *       acc[t, u, l] = acc[t, u, l] + left[k, 4 * (t / 16) + u] * right[k, 4 * (t % 16) + l] } } } } }
 *   items t { unrolled u { lanes l { … y[…] = … } } }
 * }
 * </pre>
 *
 * <p>The loops of the result that one operand alone uses are one dimension, the rows or the
 * columns, and so are the summed loops. So matrix products and all convolutions come out alike;
 * what lies outside is not read, and counts as 0.
 */
final class ScheduleGroups {

  /** The length of vectors: what devices move at once, and what an item has of a row. */
  private static final int WIDTH = 4;

  /** Rows of copies are so much longer, or items would meet in one bank when they write columns. */
  private static final int PADDING = 4;

  /** A graphics processor has dozens of units, each of which wants a group. */
  private static final long ENOUGH_GROUPS = 64;

  /** At least so much of what tiles cover must be there. */
  private static final double LEAST_USE = 0.6;

  /**
   * A tile.
   *
   * @param rows how many rows it has
   * @param columns how many columns
   * @param depth how many terms of the sum are copied at a time
   * @param high how many rows of it an item makes
   */
  record Tile(int rows, int columns, int depth, int high) {

    int items() {
      return rows / high * (columns / WIDTH);
    }

    long sharedBytes(int elementBytes) {
      return (long) depth * (rows + columns + 2 * PADDING) * elementBytes;
    }

    @Override
    public String toString() {
      return "group %dx%dx%d of %d items".formatted(rows, columns, depth, items());
    }
  }

  /**
   * What is tried, the best first: a larger tile reads less for each sum. The last one reads least,
   * but has more sums than the items of many devices have registers for.
   */
  private static final List<Tile> TILES =
      List.of(
          new Tile(128, 64, 8, 8),
          new Tile(64, 64, 16, 4),
          new Tile(32, 64, 16, 4),
          new Tile(32, 32, 16, 4),
          new Tile(16, 64, 16, 4),
          new Tile(128, 128, 8, 16));

  private final PlainNest nest;
  private final List<Scalar.Load> operands;
  private final Tile tile;
  private final List<LoopVar> batch = new ArrayList<>();
  private final List<LoopVar> rows = new ArrayList<>();
  private final List<LoopVar> columns = new ArrayList<>();
  private final LoopVar group;
  private final LoopVar item;
  private final LoopVar chunk;
  private final LoopVar down;
  private final LoopVar across = new LoopVar("l", WIDTH);
  private final Map<LoopVar, Index> inBatch = new HashMap<>();
  private final Index firstRow;
  private final Index firstColumn;

  private ScheduleGroups(PlainNest nest, List<Scalar.Load> operands, Tile tile) {
    this.nest = nest;
    this.operands = operands;
    this.tile = tile;
    share(nest, operands, batch, rows, columns);
    int tilesDown = Math.ceilDiv(extent(rows), tile.rows);
    int tilesAcross = Math.ceilDiv(extent(columns), tile.columns);
    down = new LoopVar("u", tile.high);
    group = new LoopVar("g", Math.toIntExact(groups(nest, operands, tile)));
    item = new LoopVar("t", tile.items());
    chunk = new LoopVar("r", Math.ceilDiv(extent(nest.reduced()), tile.depth));
    List<Index> place =
        Index.delinear(group.index(), List.of(extent(batch), tilesDown, tilesAcross));
    place(batch, place.get(0), inBatch);
    firstRow = place.get(1).times(tile.rows);
    firstColumn = place.get(2).times(tile.columns);
  }

  private static int extent(List<LoopVar> loops) {
    return Math.toIntExact(PlainNest.product(loops));
  }

  /** Which loops of the result both operands use, or none, and which one of them alone. */
  private static void share(
      PlainNest nest,
      List<Scalar.Load> operands,
      List<LoopVar> batch,
      List<LoopVar> rows,
      List<LoopVar> columns) {
    for (LoopVar loop : nest.loops()) {
      boolean left = operands.getFirst().dependsOn(loop);
      boolean right = operands.getLast().dependsOn(loop);
      (left == right ? batch : left ? rows : columns).add(loop);
    }
  }

  /** The tiles that suit, the one that is estimated to be the fastest first. */
  static List<Tile> tiles(PlainNest nest, List<Scalar.Load> product, Target target) {
    List<Scalar.Load> operands = ordered(nest, product);
    boolean countsAsNothing = operands.stream().allMatch(load -> load.otherwise() == 0);
    int elementBytes = operands.getFirst().type().bytes();
    return TILES.stream()
        .filter(_ -> countsAsNothing && nest.elements() <= Integer.MAX_VALUE / 2)
        .filter(tile -> tile.items() <= target.groupItems())
        .filter(tile -> tile.sharedBytes(elementBytes) <= target.sharedBytes())
        .filter(tile -> use(nest, operands, tile) >= LEAST_USE)
        .filter(tile -> groups(nest, operands, tile) >= ENOUGH_GROUPS)
        .toList();
  }

  /** The operands so that the last one walks the innermost loop, whose elements are stored. */
  private static List<Scalar.Load> ordered(PlainNest nest, List<Scalar.Load> product) {
    return nest.loops().isEmpty() || product.getLast().dependsOn(nest.loops().getLast())
        ? product
        : product.reversed();
  }

  private static double use(PlainNest nest, List<Scalar.Load> operands, Tile tile) {
    double covered =
        (double) groups(nest, operands, tile)
            * tile.rows
            * tile.columns
            * Math.ceilDiv(extent(nest.reduced()), tile.depth)
            * tile.depth;
    return (double) nest.elements() * nest.turns() / covered;
  }

  private static long groups(PlainNest nest, List<Scalar.Load> operands, Tile tile) {
    List<LoopVar> batch = new ArrayList<>();
    List<LoopVar> rows = new ArrayList<>();
    List<LoopVar> columns = new ArrayList<>();
    share(nest, operands, batch, rows, columns);
    return PlainNest.product(batch)
        * Math.ceilDiv(PlainNest.product(rows), tile.rows)
        * Math.ceilDiv(PlainNest.product(columns), tile.columns);
  }

  /** The statements of a kernel whose sum of products is {@code nest}. */
  static List<Stmt> run(PlainNest nest, List<Scalar.Load> product, Tile tile) {
    return new ScheduleGroups(nest, ordered(nest, product), tile).kernel();
  }

  private static void place(List<LoopVar> loops, Index flat, Map<LoopVar, Index> places) {
    List<Index> at = Index.delinear(flat, loops.stream().map(LoopVar::extent).toList());
    for (int i = 0; i < loops.size(); i++) {
      places.put(loops.get(i), at.get(i));
    }
  }

  private List<Stmt> kernel() {
    Map<Buffer, Buffer> registers = new LinkedHashMap<>();
    List<Stmt> statements = new ArrayList<>();
    List<Stmt> first = new ArrayList<>();
    for (Stmt statement : nest.before()) {
      if (statement instanceof Stmt.Declare(Buffer acc)) {
        TensorType type = TensorType.of(acc.type().dtype(), tile.items(), tile.high, WIDTH);
        registers.put(acc, Buffer.register(acc.name(), type));
        statements.add(new Stmt.Declare(Buffer.register(acc.name(), type)));
      } else {
        first.add(statement);
      }
    }
    Buffer left = copy("left", operands.getFirst(), tile.rows);
    Buffer right = copy("right", operands.getLast(), tile.columns);
    statements.add(new Stmt.Declare(left));
    statements.add(new Stmt.Declare(right));
    statements.add(items(eachSum(first, registers, LoopKind.LANES)));
    List<Stmt> copies = new ArrayList<>();
    copies.add(fill(left, operands.getFirst(), rows, firstRow, "i"));
    copies.add(fill(right, operands.getLast(), columns, firstColumn, "j"));
    statements.add(
        new Stmt.For(
            chunk, LoopKind.SERIAL, List.of(items(copies), items(sums(left, right, registers)))));
    statements.add(items(results(registers)));
    return List.of(new Stmt.For(group, LoopKind.PARALLEL, statements));
  }

  private Buffer copy(String name, Scalar.Load operand, int length) {
    return Buffer.shared(name, TensorType.of(operand.type(), tile.depth, length + PADDING));
  }

  private Stmt items(List<Stmt> body) {
    return new Stmt.For(item, LoopKind.ITEMS, body);
  }

  /**
   * Items beside each other copy what lies side by side in memory, and each a vector where one lies
   * in it.
   */
  private Stmt fill(
      Buffer copy, Scalar.Load operand, List<LoopVar> side, Index firstOfSide, String counter) {
    int length = copy.type().dim(1) - PADDING;
    boolean alongSum = walksSum(operand);
    LoopVar walked = (alongSum ? nest.reduced() : side).getLast();
    LoopVar lane = new LoopVar("w", width(operand, walked, tile.depth * length));
    int atOnce = tile.items() * lane.extent();
    LoopVar turn = new LoopVar(counter, Math.ceilDiv(tile.depth * length, atOnce));
    Index element = turn.index().times(atOnce).plus(item.index().times(lane.extent()));
    Index term = alongSum ? element.mod(tile.depth) : element.floorDiv(length);
    Index along = alongSum ? element.floorDiv(tile.depth) : element.mod(length);
    Index summed = chunk.index().times(tile.depth).plus(term);
    Index place = firstOfSide.plus(along);
    Map<LoopVar, Index> moved = new HashMap<>(inBatch);
    place(side, place, moved);
    place(nest.reduced(), summed, moved);
    Index inVector = lane.extent() == 1 ? Index.ZERO : lane.index();
    moved.computeIfPresent(walked, (_, first) -> first.plus(inVector));
    Scalar.Load there =
        (Scalar.Load) operand.substitute(loop -> moved.getOrDefault(loop, loop.index()));
    Condition inside =
        Condition.inRange(place, 0, extent(side))
            .and(Condition.inRange(summed, 0, extent(nest.reduced())));
    Scalar.Load guarded = new Scalar.Load(there.buffer(), there.at(), inside.and(there.when()), 0);
    List<Index> to =
        alongSum ? List.of(term.plus(inVector), along) : List.of(term, along.plus(inVector));
    Stmt store = new Stmt.Store(copy, to, guarded);
    return new Stmt.For(
        turn,
        LoopKind.UNROLLED,
        List.of(lane.extent() == 1 ? store : new Stmt.For(lane, LoopKind.LANES, List.of(store))));
  }

  /**
   * How many elements an item copies at once: as many as divide its turns of {@code walked} lie
   * side by side, and all are read or none.
   */
  private int width(Scalar.Load operand, LoopVar walked, int elements) {
    Index flat = Index.linear(operand.at(), operand.buffer().type().dims());
    boolean liesInVectors =
        flat.stride(walked) == 1
            && !flat.isIrregularIn(walked)
            && !operand.when().dependsOn(walked);
    for (int width = liesInVectors ? WIDTH : 1; width > 1; width /= 2) {
      if (walked.extent() % width == 0 && elements % (tile.items() * width) == 0) {
        return width;
      }
    }
    return 1;
  }

  private boolean walksSum(Scalar.Load operand) {
    Index flat = Index.linear(operand.at(), operand.buffer().type().dims());
    return Math.abs(flat.stride(nest.reduced().getLast())) == 1;
  }

  private List<Stmt> sums(Buffer left, Buffer right, Map<Buffer, Buffer> registers) {
    LoopVar term = new LoopVar("k", tile.depth);
    Scalar.Load leftElement = element(left, term, row());
    Scalar.Load rightElement = element(right, term, column());
    List<Stmt> step =
        Rewriting.mapScalars(
            nest.step(),
            scalar ->
                scalar.equals(operands.getFirst())
                    ? leftElement
                    : scalar.equals(operands.getLast()) ? rightElement : scalar);
    return Rewriting.nest(List.of(term), LoopKind.SERIAL, eachSum(step, registers, LoopKind.LANES));
  }

  private static Scalar.Load element(Buffer copy, LoopVar term, Index along) {
    return new Scalar.Load(copy, List.of(term.index(), along), Condition.ALWAYS, 0);
  }

  /** The statements for each sum that an item has. */
  private List<Stmt> eachSum(List<Stmt> body, Map<Buffer, Buffer> registers, LoopKind kind) {
    List<Index> at = List.of(item.index(), down.index(), across.index());
    List<Stmt> wide = Rewriting.widen(body, registers, at);
    return List.of(
        new Stmt.For(down, LoopKind.UNROLLED, List.of(new Stmt.For(across, kind, wide))));
  }

  private Index firstColumnOfItem() {
    return item.index().mod(tile.columns / WIDTH).times(WIDTH);
  }

  private Index column() {
    return firstColumnOfItem().plus(across.index());
  }

  /** The row in the tile of an item's sum. */
  private Index row() {
    return item.index().floorDiv(tile.columns / WIDTH).times(tile.high).plus(down.index());
  }

  /** What is made of the sums. */
  private List<Stmt> results(Map<Buffer, Buffer> registers) {
    boolean inVectors = columns.getLast().extent() % WIDTH == 0;
    Index firstOfItem = firstColumn.plus(firstColumnOfItem());
    Index row = firstRow.plus(row());
    Index column = firstColumn.plus(column());
    Map<LoopVar, Index> moved = new HashMap<>(inBatch);
    place(rows, row, moved);
    place(columns, column, moved);
    Condition inside =
        Condition.inRange(row, 0, extent(rows))
            .and(Condition.inRange(inVectors ? firstOfItem : column, 0, extent(columns)));
    List<Stmt> there = Rewriting.substitute(nest.after(), moved);
    List<Stmt> body = inside.always() ? there : List.of(new Stmt.If(inside, there));
    return eachSum(body, registers, inVectors ? LoopKind.LANES : LoopKind.UNROLLED);
  }
}
