// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import dlc.ir.DType;
import dlc.ir.TensorType;
import dlc.ir.kernel.LoopKind;
import dlc.ir.kernel.Stmt;
import dlc.ir.op.Leaf;
import dlc.ir.scalar.BinaryFn;
import dlc.ir.scalar.Buffer;
import dlc.ir.scalar.Condition;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import dlc.ir.scalar.Scalar;
import dlc.passes.lower.LoweredGraph.Call;
import dlc.passes.lower.LoweredGraph.ConstantMemory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Writes out the maps of small tiles by two constant matrices, in vectors along the last loop.
 *
 * <pre>
 * parallel p { lanes l {
 *   let x0 = x[…, 16 * p + l] …                       // the tile
 *   let y0 = 0.5 * x0 + x2 …                          // its columns, mapped
 *   tile[0, 0, l] = y0 + 2 * y3 …                     // its rows, mapped
 * } unrolled i { unrolled j { lanes l { …[i, j] = tile[i, j, l] } } } }
 * </pre>
 */
final class ScheduleTiles {

  /**
   * A matrix and the loops that walk it.
   *
   * @param map the coefficients, {@code [out][in]}
   * @param in the folded loop
   * @param out the loop of the result, which walks {@code map} once for each tile
   */
  private record Side(List<List<Double>> map, LoopVar in, LoopVar out) {

    int size() {
      return map.size();
    }

    /** Counts the tiles. */
    LoopVar tiles() {
      return new LoopVar(out.name(), Math.ceilDiv(out.extent(), size()));
    }

    Index at(Index place) {
      return tiles().extent() == 1 ? place : tiles().index().times(size()).plus(place);
    }
  }

  private final PlainNest nest;
  private final Buffer acc;
  private final List<Side> sides;
  private final Scalar.Load load;
  private final List<Stmt> statements = new ArrayList<>();
  private int names;

  private ScheduleTiles(PlainNest nest, List<Side> sides, Scalar.Load load) {
    this.nest = nest;
    this.acc = ((Stmt.Declare) nest.before().getFirst()).buffer();
    this.sides = sides;
    this.load = load;
  }

  /** The scheduled body, or nothing when the kernel is no such map. */
  static Optional<List<Stmt>> run(Call call, PlainNest nest, int lanes) {
    return find(call, nest).map(map -> map.body(lanes));
  }

  /** Whether the kernel is such a map. */
  static boolean fits(Call call, PlainNest nest) {
    return find(call, nest).isPresent();
  }

  private static Optional<ScheduleTiles> find(Call call, PlainNest nest) {
    if (nest.step().size() == 1
        && nest.reduced().size() == 2
        && nest.step().getFirst() instanceof Stmt.Store(Buffer _, List<Index> _, Scalar value)
        && value instanceof Scalar.Binary(BinaryFn sum, Scalar _, Scalar term)
        && sum == BinaryFn.ADD
        && term instanceof Scalar.Binary(BinaryFn times, Scalar factor, Scalar x)
        && times == BinaryFn.MUL
        && factor instanceof Scalar.Binary(BinaryFn both, Scalar rows, Scalar columns)
        && both == BinaryFn.MUL
        && x instanceof Scalar.Load load) {
      Optional<Side> first = side(call, nest, rows);
      Optional<Side> second = side(call, nest, columns);
      if (first.isPresent() && second.isPresent()) {
        List<Side> sides = List.of(first.get(), second.get());
        return Optional.of(new ScheduleTiles(nest, sides, load));
      }
    }
    return Optional.empty();
  }

  private static Optional<Side> side(Call call, PlainNest nest, Scalar scalar) {
    if (!(scalar instanceof Scalar.Load(Buffer buffer, List<Index> at, var _, double _))
        || at.size() != 2
        || !(call.arguments().get(call.kernel().arguments().indexOf(buffer))
            instanceof ConstantMemory(Leaf.Constant constant))) {
      return Optional.empty();
    }
    int inAxis = nest.reduced().stream().anyMatch(at.get(0)::dependsOn) ? 0 : 1;
    Optional<LoopVar> in = nest.reduced().stream().filter(at.get(inAxis)::dependsOn).findFirst();
    Optional<LoopVar> out = nest.loops().stream().filter(at.get(1 - inAxis)::dependsOn).findFirst();
    if (in.isEmpty() || out.isEmpty()) {
      return Optional.empty();
    }
    int size = Math.min(buffer.type().dim(1 - inAxis), out.get().extent());
    List<List<Double>> map = new ArrayList<>();
    for (int o = 0; o < size; o++) {
      List<Double> factors = new ArrayList<>();
      for (int i = 0; i < in.get().extent(); i++) {
        int row = inAxis == 0 ? i : o;
        int column = inAxis == 0 ? o : i;
        factors.add(constant.element(row * buffer.type().dim(1) + column));
      }
      map.add(factors);
    }
    return Optional.of(new Side(map, in.get(), out.get()));
  }

  private List<Stmt> body(int lanes) {
    List<LoopVar> outer = new ArrayList<>(nest.loops());
    LoopVar along = null;
    for (LoopVar loop : nest.loops()) {
      if (sides.stream().noneMatch(side -> side.out().equals(loop))) {
        along = loop;
      }
    }
    for (Side side : sides) {
      outer.set(outer.indexOf(side.out()), side.tiles());
    }
    outer.removeIf(loop -> loop.extent() == 1);
    if (along == null) {
      throw new IllegalStateException("tiles of no channels");
    }
    LoopVar channels = along;
    Pieces pieces = Pieces.of(channels, lanes, nest.after());
    List<Stmt> vectors = pieces.map(piece -> tile(channels, piece));
    outer.set(outer.indexOf(channels), pieces.blocks());
    long operations = PlainNest.product(outer) * Work.operations(vectors);
    return Work.share(outer, operations, vectors);
  }

  private List<Stmt> tile(LoopVar along, Pieces.Piece piece) {
    LoopVar lane = piece.lane();
    LoopVar row = new LoopVar("i", sides.get(0).size());
    LoopVar column = new LoopVar("j", sides.get(1).size());
    TensorType type =
        TensorType.of(acc.type().dtype(), row.extent(), column.extent(), lane.extent());
    Buffer tile = Buffer.register(acc.name(), type);
    Map<LoopVar, Index> move = new HashMap<>(Map.of(along, piece.at()));
    List<Stmt> maps = maps(tile, move, lane);
    move.put(sides.get(0).out(), sides.get(0).at(row.index()));
    move.put(sides.get(1).out(), sides.get(1).at(column.index()));
    Condition inside = piece.inside();
    inside = inside.and(isInside(sides.get(0), row)).and(isInside(sides.get(1), column));
    List<Index> here = List.of(row.index(), column.index(), lane.index());
    List<Stmt> after =
        Rewriting.substitute(Rewriting.widen(nest.after(), Map.of(acc, tile), here), move);
    List<Stmt> body = new ArrayList<>();
    body.add(new Stmt.Declare(tile));
    body.addAll(Rewriting.lanes(lane, Rewriting.guarded(piece.inside(), maps)));
    body.addAll(
        Rewriting.nest(
            List.of(row, column),
            LoopKind.UNROLLED,
            Rewriting.lanes(lane, Rewriting.guarded(inside, after))));
    return body;
  }

  private static Condition isInside(Side side, LoopVar place) {
    return Condition.inRange(side.at(place.index()), 0, side.out().extent());
  }

  /** The statements that fill {@code tile}. */
  private List<Stmt> maps(Buffer tile, Map<LoopVar, Index> move, LoopVar lane) {
    statements.clear();
    Side rows = sides.get(0);
    Side columns = sides.get(1);
    List<List<Scalar>> mapped = new ArrayList<>();
    for (int j = 0; j < columns.in().extent(); j++) {
      List<Scalar> column = new ArrayList<>();
      for (int i = 0; i < rows.in().extent(); i++) {
        Map<LoopVar, Index> at = new HashMap<>(move);
        at.put(rows.in(), Index.of(i));
        at.put(columns.in(), Index.of(j));
        at.put(rows.out(), rows.at(Index.ZERO));
        at.put(columns.out(), columns.at(Index.ZERO));
        column.add(let(load.substitute(loop -> at.getOrDefault(loop, loop.index()))));
      }
      mapped.add(combinations(rows.map(), column));
    }
    for (int o = 0; o < rows.size(); o++) {
      int row = o;
      List<Scalar> line = mapped.stream().map(column -> column.get(row)).toList();
      List<Scalar> results = combinations(columns.map(), line);
      for (int p = 0; p < results.size(); p++) {
        List<Index> at = List.of(Index.of(o), Index.of(p), lane.index());
        statements.add(new Stmt.Store(tile, at, results.get(p)));
      }
    }
    return List.copyOf(statements);
  }

  private Scalar let(Scalar value) {
    if (value instanceof Scalar.Local) {
      return value;
    }
    Stmt.Let let = new Stmt.Let("t" + names++, value);
    statements.add(let);
    return let.local();
  }

  /**
   * The sums of {@code terms} by the rows of {@code map}. Two rows that differ in signs alone, as
   * those of opposite points do, share the sums of the terms in which they agree and differ.
   */
  private List<Scalar> combinations(List<List<Double>> map, List<Scalar> terms) {
    Map<Integer, Scalar> sums = new HashMap<>();
    for (int row = 0; row < map.size(); row++) {
      if (sums.containsKey(row)) {
        continue;
      }
      List<Double> factors = map.get(row);
      int twin = twin(map, row);
      if (twin < 0) {
        sums.put(row, let(sum(factors, terms)));
        continue;
      }
      List<Double> same = new ArrayList<>();
      List<Double> opposite = new ArrayList<>();
      for (int i = 0; i < factors.size(); i++) {
        boolean agree = factors.get(i).equals(map.get(twin).get(i));
        same.add(agree ? factors.get(i) : 0);
        opposite.add(agree ? 0 : factors.get(i));
      }
      Scalar even = let(sum(same, terms));
      Scalar odd = let(sum(opposite, terms));
      sums.put(row, let(even.plus(odd)));
      sums.put(twin, let(even.minus(odd)));
    }
    return IntStream.range(0, map.size())
        .mapToObj(row -> Objects.requireNonNull(sums.get(row)))
        .toList();
  }

  /** A later row with the same numbers, some with the same sign and some with the other, or -1. */
  private static int twin(List<List<Double>> map, int row) {
    for (int other = row + 1; other < map.size(); other++) {
      boolean same = false;
      boolean opposite = false;
      boolean equal = true;
      for (int i = 0; i < map.get(row).size(); i++) {
        double x = map.get(row).get(i);
        double y = map.get(other).get(i);
        equal &= Math.abs(x) == Math.abs(y);
        same |= x != 0 && x == y;
        opposite |= x != 0 && x == -y;
      }
      if (equal && same && opposite) {
        return other;
      }
    }
    return -1;
  }

  private Scalar sum(List<Double> factors, List<Scalar> terms) {
    DType type = acc.type().dtype();
    Scalar sum = null;
    for (int i = 0; i < factors.size(); i++) {
      Scalar factor = Scalar.literal(factors.get(i), type);
      if (factors.get(i) == 1) {
        sum = sum == null ? terms.get(i) : sum.plus(terms.get(i));
      } else if (factors.get(i) != 0) {
        sum = sum == null ? factor.times(terms.get(i)) : factor.timesPlus(terms.get(i), sum);
      }
    }
    return sum == null ? Scalar.literal(0, type) : sum;
  }
}
