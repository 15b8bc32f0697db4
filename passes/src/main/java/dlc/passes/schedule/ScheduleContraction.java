// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import dlc.ir.TensorType;
import dlc.ir.kernel.LoopKind;
import dlc.ir.kernel.Stmt;
import dlc.ir.op.Comprehension;
import dlc.ir.scalar.BinaryFn;
import dlc.ir.scalar.Buffer;
import dlc.ir.scalar.Condition;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import dlc.ir.scalar.Scalar;
import dlc.ir.scalar.Space;
import dlc.passes.lower.LoweredGraph.Call;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Gives a sum of products a tile of accumulators in vector registers.
 *
 * <pre>
 * parallel p {                                         // a block of the result
 *   register acc: f32[8, 1, 2, 16]
 *   serial r0 { …                                      // the sum
 *     unrolled i { unrolled j { lanes l {
 *       acc[i, 0, j, l] = acc[i, 0, j, l] + x[…, 16 * j + l] * w[i, …] } } } }
 *   unrolled i { unrolled j { lanes l { …  y[…] = … } } }
 * }
 * </pre>
 *
 * <p>Matrix products and the three convolutions all come here; they differ in their index functions
 * alone.
 */
final class ScheduleContraction {

  /** A loop of so few turns costs more than its turns: it is unrolled within the next one. */
  private static final int SHORT = 7;

  private final PlainNest nest;
  private final Buffer acc;
  private final List<Scalar.Load> loads;
  private final Tiling tiling;

  /** Where sums that are made in parts wait for the next part. */
  private final Buffer sums;

  private ScheduleContraction(PlainNest nest, Buffer acc, List<Scalar.Load> loads, Tiling tiling) {
    this.nest = nest;
    this.acc = acc;
    this.loads = loads;
    this.tiling = tiling;
    this.sums = Buffer.global("sums", new TensorType(acc.type().dtype(), extents(sumLoops())));
  }

  /** The loops of the results, that of the lanes last. */
  private List<LoopVar> sumLoops() {
    List<LoopVar> loops = new ArrayList<>(nest.loops());
    if (loops.remove(tiling.lane().loop())) {
      loops.add(tiling.lane().loop());
    }
    return loops;
  }

  private static List<Integer> extents(List<LoopVar> loops) {
    return loops.stream().map(LoopVar::extent).toList();
  }

  /** The scheduled call, or nothing when the kernel is no sum of products of two loads. */
  static Optional<Call> run(
      Call call,
      PlainNest nest,
      int lanes,
      PlannedTilings planned,
      TilingChoice choice,
      Staging staging) {
    Optional<List<Scalar.Load>> product = product(nest);
    Optional<Index> stored = stored(nest);
    if (product.isEmpty() || stored.isEmpty()) {
      return Optional.empty();
    }
    List<StagedOperand> operands = operands(call, product.get(), staging);
    List<Tiling> tilings = planned.plan(nest, operands, stored.get(), lanes);
    return tilings.isEmpty()
        ? Optional.empty()
        : Optional.of(tiled(call, nest, operands, chosen(call, tilings, choice), staging));
  }

  private static Tiling chosen(Call call, List<Tiling> tilings, TilingChoice choice) {
    if (choice.equals(TilingChoice.ESTIMATED)) {
      return tilings.getFirst();
    }
    Map<String, Tiling> named = new LinkedHashMap<>();
    tilings.forEach(tiling -> named.putIfAbsent(tiling.toString(), tiling));
    List<String> names = List.copyOf(named.keySet());
    return Objects.requireNonNull(named.get(names.get(choice.of(call.kernel(), names))));
  }

  private static List<StagedOperand> operands(Call call, List<Scalar.Load> loads, Staging staging) {
    Arguments arguments = new Arguments(call);
    List<StagedOperand> operands = new ArrayList<>();
    for (Scalar.Load load : loads) {
      operands.add(StagedOperand.of(load, staging.readers(call, arguments.of(load.buffer()))));
    }
    return operands;
  }

  /** The two loads whose products are summed. */
  static Optional<List<Scalar.Load>> product(PlainNest nest) {
    if (nest.step().size() == 1
        && nest.step().getFirst() instanceof Stmt.Store(Buffer _, List<Index> _, Scalar value)
        && value instanceof Scalar.Binary(BinaryFn sum, Scalar _, Scalar term)
        && sum == BinaryFn.ADD
        && term instanceof Scalar.Binary(BinaryFn times, Scalar lhs, Scalar rhs)
        && times == BinaryFn.MUL
        && lhs instanceof Scalar.Load x
        && rhs instanceof Scalar.Load y
        && x.buffer().space() == Space.GLOBAL
        && y.buffer().space() == Space.GLOBAL) {
      return Optional.of(List.of(x, y));
    }
    return Optional.empty();
  }

  private static Optional<Index> stored(PlainNest nest) {
    return nest.after().stream()
        .filter(Stmt.Store.class::isInstance)
        .map(Stmt.Store.class::cast)
        .map(store -> Index.linear(store.at(), store.buffer().type().dims()))
        .findFirst();
  }

  private static Call tiled(
      Call call, PlainNest nest, List<StagedOperand> operands, Tiling tiling, Staging staging) {
    List<Scalar.Load> loads = new ArrayList<>();
    Arguments arguments = new Arguments(call);
    for (int i = 0; i < operands.size(); i++) {
      StagedOperand operand = operands.get(i);
      Optional<Staging.Shape> shape = shape(operand, i, tiling);
      if (shape.isEmpty()) {
        loads.add(operand.load());
        continue;
      }
      loads.add(arguments.stage(operand, shape.get(), "s" + i, staging));
    }
    Buffer acc = ((Stmt.Declare) nest.before().getFirst()).buffer();
    ScheduleContraction schedule = new ScheduleContraction(nest, acc, loads, tiling);
    List<Stmt> body = schedule.body();
    if (tiling.walk().parts() > 1) {
      arguments.add(schedule.sums, staging.temporary(schedule.sums.type()));
    }
    return arguments.with(body);
  }

  /** The shape of the copy that is read in place of operand {@code number}, if one is. */
  private static Optional<Staging.Shape> shape(StagedOperand operand, int number, Tiling tiling) {
    if (tiling.form() == Tiling.Form.MATRIX) {
      return PlanMatrices.shape(operand, number, tiling);
    }
    boolean wide = tiling.form() == Tiling.Form.DOT || tiling.wide() == number;
    LoopVar lane = tiling.lane().loop();
    boolean ready = wide ? operand.isReadyAlong(lane) : operand.isReady() || !operand.isStageable();
    if (tiling.panels().contains(number)) {
      Axis axis = wide ? tiling.lane() : Objects.requireNonNull(tiling.rows());
      return Optional.of(Panels.shape(operand, axis));
    }
    if (ready) {
      return Optional.empty();
    }
    int padding = tiling.lane().units() * tiling.width() - lane.extent();
    return Optional.of(
        wide
            ? Staging.Shape.of(operand, operand.contiguousAxis(lane), padding, 0)
            : Staging.Shape.asItLies(operand));
  }

  // The loops around the tile

  private List<Stmt> body() {
    long operations = 2 * nest.elements() * nest.turns() / tiling.products();
    List<Stmt> tiles = new ArrayList<>();
    List<Axis> axes = tiling.axes();
    variants(axes, 0, Condition.ALWAYS, new ArrayList<>(), tiles);
    Walk walk = tiling.walk();
    List<Stmt> placed =
        Rewriting.guarded(walk.inside(), Rewriting.substitute(tiles, walk.places()));
    List<Stmt> inner = Rewriting.nest(walk.inner(), LoopKind.SERIAL, placed);
    return Work.share(walk.loops(), operations, inner);
  }

  private void variants(
      List<Axis> axes, int axis, Condition when, List<Integer> sizes, List<Stmt> tiles) {
    if (axis == axes.size()) {
      tiles.addAll(Rewriting.guarded(when, tile(sizeOf(axes, sizes))));
      return;
    }
    for (Axis.Variant variant : axes.get(axis).variants()) {
      sizes.add(variant.units());
      variants(axes, axis + 1, when.and(variant.when()), sizes, tiles);
      sizes.removeLast();
    }
  }

  private static Map<Axis, Integer> sizeOf(List<Axis> axes, List<Integer> sizes) {
    Map<Axis, Integer> result = new HashMap<>();
    for (int i = 0; i < axes.size(); i++) {
      result.put(axes.get(i), sizes.get(i));
    }
    return result;
  }

  private List<Stmt> tile(Map<Axis, Integer> sizes) {
    LoopVar rows = new LoopVar("i", size(sizes, tiling.rows()));
    LoopVar columns = new LoopVar("h", size(sizes, tiling.columns()));
    LoopVar lane = new LoopVar("l", tiling.width());
    Map<LoopVar, Index> move = new HashMap<>();
    move(move, tiling.rows(), rows);
    move(move, tiling.columns(), columns);
    if (tiling.form() == Tiling.Form.DOT) {
      return dotTile(rows, columns, lane, move);
    }
    if (tiling.form() == Tiling.Form.MATRIX) {
      return new MatrixTile(nest, acc, loads, tiling).statements(rows.extent(), columns.extent());
    }
    LoopVar vectors = new LoopVar("j", size(sizes, tiling.lane()));
    return outerTile(List.of(rows, columns, vectors), lane, move);
  }

  private static int size(Map<Axis, Integer> sizes, @Nullable Axis axis) {
    return axis == null ? 1 : sizes.getOrDefault(axis, 1);
  }

  private static void move(Map<LoopVar, Index> move, @Nullable Axis axis, LoopVar inside) {
    if (axis != null) {
      move.put(axis.loop(), axis.start().plus(inside.index()));
    }
  }

  private Buffer accumulators(List<LoopVar> unrolled, LoopVar lane) {
    List<Integer> dims = new ArrayList<>(unrolled.stream().map(LoopVar::extent).toList());
    dims.add(lane.extent());
    return Buffer.register("acc", new TensorType(acc.type().dtype(), dims));
  }

  private static List<Index> place(List<LoopVar> unrolled, Index lane) {
    List<Index> at = new ArrayList<>(unrolled.stream().map(LoopVar::index).toList());
    at.add(lane);
    return at;
  }

  private static List<Stmt> clear(
      Buffer tile, List<Index> here, List<LoopVar> unrolled, LoopVar lane) {
    Stmt zero = new Stmt.Store(tile, here, Scalar.literal(0, tile.type().dtype()));
    return List.of(
        new Stmt.Declare(tile),
        Rewriting.nest(
                unrolled,
                LoopKind.UNROLLED,
                List.of(new Stmt.For(lane, LoopKind.LANES, List.of(zero))))
            .getFirst());
  }

  private List<Stmt> multiply(Buffer tile, List<Index> at) {
    Scalar sum =
        new Scalar.Load(tile, at, Condition.ALWAYS, 0).plus(loads.get(0).times(loads.get(1)));
    return List.of(new Stmt.Store(tile, at, sum));
  }

  private List<Stmt> outerTile(List<LoopVar> unrolled, LoopVar lane, Map<LoopVar, Index> move) {
    LoopVar along = tiling.lane().loop();
    LoopVar vectors = unrolled.getLast();
    Index at = tiling.lane().start().plus(vectors.index().times(lane.extent())).plus(lane.index());
    move.put(along, at);
    boolean full = vectors.extent() == tiling.lane().size() && tiling.lane().fills();
    Condition inside = full ? Condition.ALWAYS : Condition.inRange(at, 0, along.extent());
    boolean staged = loads.get(tiling.wide()).buffer().name().startsWith("s");
    Buffer tile = accumulators(unrolled, lane);
    List<Index> here = place(unrolled, lane.index());
    List<Stmt> statements = new ArrayList<>(clear(tile, here, unrolled, lane));
    List<Stmt> step = Rewriting.substitute(multiply(tile, here), move);
    List<Stmt> vectorStep =
        List.of(
            new Stmt.For(lane, LoopKind.LANES, staged ? step : Rewriting.guarded(inside, step)));
    List<Stmt> turn = Rewriting.nest(unrolled, LoopKind.UNROLLED, vectorStep);
    List<Stmt> after =
        Rewriting.substitute(Rewriting.widen(nest.after(), Map.of(acc, tile), here), move);
    int parts = tiling.walk().parts();
    if (parts == 1) {
      statements.addAll(sum(nest.reduced(), turn));
      statements.addAll(vectors(unrolled, lane, inside, after));
      return statements;
    }
    // Each part goes on with what the one before has left.
    Index part = tiling.walk().part().index();
    LoopVar whole = nest.reduced().getFirst();
    LoopVar rest = new LoopVar(whole.name(), whole.extent() / parts);
    List<LoopVar> reduced = new ArrayList<>(nest.reduced());
    reduced.set(0, rest);
    Index turnOfAll = part.times(rest.extent()).plus(rest.index());
    List<Index> place = Comprehension.indices(sumLoops());
    Stmt resume = new Stmt.Store(tile, here, new Scalar.Load(sums, place, Condition.ALWAYS, 0));
    Stmt keep = new Stmt.Store(sums, place, new Scalar.Load(tile, here, Condition.ALWAYS, 0));
    statements.addAll(
        Rewriting.guarded(
            Condition.inRange(part, 1, parts),
            vectors(unrolled, lane, inside, Rewriting.substitute(List.of(resume), move))));
    statements.addAll(sum(reduced, Rewriting.substitute(turn, Map.of(whole, turnOfAll))));
    statements.addAll(
        Rewriting.guarded(
            Condition.inRange(part, 0, parts - 1),
            vectors(unrolled, lane, inside, Rewriting.substitute(List.of(keep), move))));
    statements.addAll(
        Rewriting.guarded(
            Condition.inRange(part, parts - 1, parts), vectors(unrolled, lane, inside, after)));
    return statements;
  }

  /** The loops of the sum. */
  private static List<Stmt> sum(List<LoopVar> reduced, List<Stmt> turn) {
    int last = reduced.size() - 1;
    if (last < 1 || reduced.get(last).extent() > SHORT) {
      return Rewriting.nest(reduced, LoopKind.SERIAL, turn);
    }
    List<Stmt> row = Rewriting.nest(reduced.subList(last, last + 1), LoopKind.UNROLLED, turn);
    return Rewriting.nest(reduced.subList(0, last), LoopKind.SERIAL, row);
  }

  /** {@code statements} for all vectors of a tile. */
  private static List<Stmt> vectors(
      List<LoopVar> unrolled, LoopVar lane, Condition inside, List<Stmt> statements) {
    List<Stmt> guarded = Rewriting.guarded(inside, statements);
    return Rewriting.nest(
        unrolled, LoopKind.UNROLLED, List.of(new Stmt.For(lane, LoopKind.LANES, guarded)));
  }

  private List<Stmt> dotTile(
      LoopVar rows, LoopVar columns, LoopVar lane, Map<LoopVar, Index> move) {
    LoopVar along = tiling.lane().loop();
    boolean turned = isSideBySide(tiling.rows()) && !isSideBySide(tiling.columns());
    LoopVar outer = turned ? columns : rows;
    LoopVar inner = turned ? rows : columns;
    List<LoopVar> unrolled = List.of(outer, inner);
    int sums = outer.extent() * inner.extent();
    Buffer tile = Buffer.register("acc", TensorType.of(acc.type().dtype(), sums, lane.extent()));
    Index number = outer.index().times(inner.extent()).plus(inner.index());
    List<Index> here = List.of(number, lane.index());
    List<Stmt> statements = new ArrayList<>(clear(tile, here, unrolled, lane));
    List<Stmt> step = Rewriting.substitute(multiply(tile, here), move);
    List<Stmt> turns = new ArrayList<>();
    int whole = along.extent() / lane.extent();
    if (whole > 0) {
      LoopVar turn = new LoopVar("q", whole);
      turns.addAll(
          Rewriting.nest(
              List.of(turn),
              LoopKind.SERIAL,
              vectorsAt(step, unrolled, lane, along, turn.index().times(lane.extent()))));
    }
    if (along.extent() % lane.extent() != 0) {
      turns.addAll(vectorsAt(step, unrolled, lane, along, Index.of(whole * lane.extent())));
    }
    List<LoopVar> around = new ArrayList<>(nest.reduced());
    around.remove(along);
    statements.addAll(Rewriting.nest(around, LoopKind.SERIAL, turns));
    statements.addAll(SumUp.rows(tile));
    List<Index> sum = Index.delinear(number, tile.type().dims());
    List<Stmt> after =
        Rewriting.substitute(Rewriting.widen(nest.after(), Map.of(acc, tile), sum), move);
    statements.addAll(
        isSideBySide(turned ? tiling.rows() : tiling.columns())
            ? inVectors(outer, inner, after)
            : Rewriting.nest(unrolled, LoopKind.UNROLLED, after));
    return statements;
  }

  /** Whether the results along {@code axis} lie side by side. */
  private boolean isSideBySide(@Nullable Axis axis) {
    return axis != null && stored(nest).orElseThrow().stride(axis.loop()) == 1;
  }

  /** {@code statements} for all turns of {@code inner}, in vectors as long as there are. */
  private List<Stmt> inVectors(LoopVar outer, LoopVar inner, List<Stmt> statements) {
    List<Stmt> all = new ArrayList<>();
    int lanes;
    for (int start = 0; start < inner.extent(); start += lanes) {
      lanes = Integer.highestOneBit(Math.min(inner.extent() - start, tiling.width()));
      LoopVar lane = new LoopVar("l", lanes);
      Index place = lane.index().plus(start);
      all.addAll(Rewriting.lanes(lane, Rewriting.substitute(statements, Map.of(inner, place))));
    }
    return Rewriting.nest(List.of(outer), LoopKind.UNROLLED, all);
  }

  private List<Stmt> vectorsAt(
      List<Stmt> step, List<LoopVar> unrolled, LoopVar lane, LoopVar along, Index start) {
    Index at = start.plus(lane.index());
    Condition inside = Condition.inRange(at, 0, along.extent());
    List<Stmt> moved = Rewriting.substitute(step, Map.of(along, at));
    return Rewriting.nest(
        unrolled,
        LoopKind.UNROLLED,
        List.of(new Stmt.For(lane, LoopKind.LANES, Rewriting.guarded(inside, moved))));
  }
}
