// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import dlc.ir.DType;
import dlc.ir.TensorType;
import dlc.ir.kernel.LoopKind;
import dlc.ir.kernel.Stmt;
import dlc.ir.kernel.Target;
import dlc.ir.scalar.Buffer;
import dlc.ir.scalar.Condition;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import dlc.ir.scalar.Scalar;
import dlc.passes.lower.LoweredGraph.Call;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;

/**
 * Sums products of which one factor lies at one of a few places, each lane of a vector at its own:
 * all of these places are read, by all lanes, and each lane chooses.
 *
 * <pre>
 * serial r {
 *   unrolled i { lanes l {
 *     acc[i, l] = acc[i, l] + (place[r, l] % 2 == 1 ? x[r + i + 1] : x[r + i]) * y[r, l] } } }
 * </pre>
 *
 * <p>So the gradient of a convolution's weights runs along its channels where it comes through a
 * maximum of windows. Reading at four places costs less than going to one: what one tap does not
 * choose is what the next one may.
 */
final class ScheduleRoutes {

  /** So many registers are for what is not a sum. */
  private static final int SPARE = 5;

  /** Vectors of fewer elements are not worth it. */
  private static final int LEAST = 4;

  /** Of more places, one is better gone to. */
  private static final int MOST_PLACES = 16;

  private final PlainNest nest;
  private final LoopVar lanes;
  private final LoopVar rows;
  private final LoopVar columns;
  private final int width;
  private final int registers;

  private ScheduleRoutes(
      PlainNest nest, LoopVar lanes, List<LoopVar> tile, int width, int registers) {
    this.nest = nest;
    this.lanes = lanes;
    this.rows = tile.get(0);
    this.columns = tile.get(1);
    this.width = width;
    this.registers = registers;
  }

  /**
   * A factor that lies at one of {@code rows} times {@code columns} places, which {@code place}
   * numbers.
   */
  private record Routed(Scalar.Load load, Scalar.Load place, int rows, int columns) {

    static Optional<Routed> of(Scalar.Load load) {
      Set<Index.Dynamic> found = new HashSet<>();
      load.at().forEach(at -> found.addAll(at.dynamic()));
      if (found.size() == 1
          && found.iterator().next() instanceof Index.Dynamic(Scalar number, int places)
          && number instanceof Scalar.Cast(DType _, Scalar.Load place)
          && place.when().always()
          && places <= MOST_PLACES) {
        int columns = columns(load, Index.of(found.iterator().next())).orElse(places);
        return Optional.of(new Routed(load, place, places / columns, columns));
      }
      return Optional.empty();
    }

    /** By what the number of a place is divided. */
    private static Optional<Integer> columns(Scalar.Load load, Index place) {
      return load.at().stream()
          .flatMap(at -> at.terms().stream())
          .map(Index.Term::atom)
          .filter(Index.Remainder.class::isInstance)
          .map(Index.Remainder.class::cast)
          .filter(rest -> rest.dividend().equals(place))
          .map(Index.Remainder::divisor)
          .findFirst();
    }

    boolean dependsOn(LoopVar loop) {
      return at(0).dependsOn(loop);
    }

    /** The same, read from a copy. */
    Routed from(Scalar.Load copy) {
      return new Routed(copy, place, rows, columns);
    }

    private Scalar at(int place) {
      List<Index> at = load.at().stream().map(index -> index.withDynamic(place)).toList();
      return new Scalar.Load(load.buffer(), at, Condition.ALWAYS, 0);
    }

    /** What lies where {@code chosen} says, which each lane reads for itself. */
    Scalar chosen(Scalar chosen) {
      Scalar byNumber = new Scalar.Cast(DType.I32, chosen);
      Index number = Index.of(new Index.Dynamic(byNumber, rows * columns));
      return chosen(
          number.floorDiv(columns),
          rows,
          row -> chosen(number.mod(columns), columns, column -> at(row * columns + column)));
    }

    private static Scalar chosen(Index digit, int count, IntFunction<Scalar> values) {
      Scalar value = values.apply(count - 1);
      for (int i = count - 2; i >= 0; i--) {
        value = new Scalar.Holds(Condition.inRange(digit, i, i + 1)).choose(values.apply(i), value);
      }
      return value;
    }
  }

  /** The scheduled call, or nothing where {@code nest} is no such sum. */
  static Optional<Call> run(Call call, PlainNest nest, int lanes, Target target, Staging staging) {
    List<Scalar.Load> product = ScheduleContraction.product(nest).orElse(List.of());
    Optional<Routed> found = product.stream().map(Routed::of).flatMap(Optional::stream).findFirst();
    if (found.isEmpty()) {
      return Optional.empty();
    }
    Routed routed = found.get();
    Scalar.Load other = product.get(product.get(0).equals(routed.load()) ? 1 : 0);
    StagedOperand factor = StagedOperand.of(other, 1);
    StagedOperand place = StagedOperand.of(routed.place(), 1);
    List<LoopVar> tile = new ArrayList<>();
    List<LoopVar> along = new ArrayList<>();
    for (LoopVar loop : nest.loops()) {
      if (!factor.uses(loop) && !place.uses(loop)) {
        tile.add(loop);
      } else if (factor.contiguousAxis(loop) >= 0
          && place.contiguousAxis(loop) >= 0
          && !routed.dependsOn(loop)) {
        along.add(loop);
      }
    }
    StagedOperand images = StagedOperand.of(routed.load(), 1);
    if (tile.size() < 2
        || along.size() != 1
        || along.getFirst().extent() < LEAST
        || !factor.isReady()
        || !(images.isReady() || images.isStageable())) {
      return Optional.empty();
    }
    int width = lanes;
    while (width > LEAST && width / 2 >= along.getFirst().extent()) {
      width /= 2;
    }
    List<LoopVar> last = tile.subList(tile.size() - 2, tile.size());
    ScheduleRoutes schedule =
        new ScheduleRoutes(nest, along.getFirst(), last, width, target.vectorRegisters() - SPARE);
    return Optional.of(schedule.call(call, routed, images, factor, place, staging));
  }

  private Call call(
      Call call,
      Routed routed,
      StagedOperand images,
      StagedOperand factor,
      StagedOperand place,
      Staging staging) {
    Arguments arguments = new Arguments(call);
    int padding = Math.ceilDiv(lanes.extent(), width) * width - lanes.extent();
    Scalar y = arguments.stage(factor, inner(factor, padding), "s0", staging);
    Scalar chosen = arguments.stage(place, inner(place, padding), "s1", staging);
    Scalar.Load image =
        images.isReady()
            ? images.load()
            : arguments.stage(images, Staging.Shape.asItLies(images), "s2", staging);
    return arguments.with(body(routed.from(image).chosen(chosen).times(y)));
  }

  /** A copy with the lanes innermost. */
  private Staging.Shape inner(StagedOperand operand, int padding) {
    return Staging.Shape.of(operand, operand.contiguousAxis(lanes), padding, 0);
  }

  private List<Stmt> body(Scalar term) {
    LoopVar row = new LoopVar("h", divisor(rows.extent(), registers));
    LoopVar column = new LoopVar("i", divisor(columns.extent(), registers / row.extent()));
    LoopVar lane = new LoopVar("l", width);
    LoopVar rowBlocks = blocks(rows, rows.extent() / row.extent());
    LoopVar columnBlocks = blocks(columns, columns.extent() / column.extent());
    LoopVar laneBlocks = blocks(lanes, Math.ceilDiv(lanes.extent(), width));
    Index at = laneBlocks.index().times(width).plus(lane.index());
    Map<LoopVar, Index> move = new HashMap<>();
    move.put(rows, rowBlocks.index().times(row.extent()).plus(row.index()));
    move.put(columns, columnBlocks.index().times(column.extent()).plus(column.index()));
    move.put(lanes, at);
    Buffer acc = ((Stmt.Declare) nest.before().getFirst()).buffer();
    Buffer tile =
        Buffer.register(
            "acc", TensorType.of(acc.type().dtype(), column.extent(), row.extent(), width));
    List<Index> here = List.of(column.index(), row.index(), lane.index());
    List<LoopVar> unrolled = List.of(column, row);
    Scalar sum = new Scalar.Load(tile, here, Condition.ALWAYS, 0).plus(term);
    List<Stmt> step = Rewriting.substitute(List.of(new Stmt.Store(tile, here, sum)), move);
    List<Stmt> after =
        Rewriting.substitute(Rewriting.widen(nest.after(), Map.of(acc, tile), here), move);
    Condition inside = Condition.inRange(at, 0, lanes.extent());
    List<Stmt> body = new ArrayList<>();
    body.add(new Stmt.Declare(tile));
    Stmt zero = new Stmt.Store(tile, here, Scalar.literal(0, acc.type().dtype()));
    body.addAll(vectors(unrolled, lane, List.of(zero)));
    body.addAll(Rewriting.nest(nest.reduced(), LoopKind.SERIAL, vectors(unrolled, lane, step)));
    body.addAll(vectors(unrolled, lane, Rewriting.guarded(inside, after)));
    List<LoopVar> around = new ArrayList<>(nest.loops());
    around.removeAll(List.of(rows, columns, lanes));
    around.addAll(List.of(laneBlocks, rowBlocks, columnBlocks));
    long operations = 2 * nest.elements() * nest.turns() / width;
    return Work.share(around, operations, body);
  }

  private static LoopVar blocks(LoopVar loop, int count) {
    return new LoopVar(loop.name() + "b", count);
  }

  private static List<Stmt> vectors(List<LoopVar> unrolled, LoopVar lane, List<Stmt> body) {
    return Rewriting.nest(unrolled, LoopKind.UNROLLED, Rewriting.lanes(lane, body));
  }

  /** The largest divisor of {@code number} up to {@code limit}. */
  private static int divisor(int number, int limit) {
    int divisor = Math.min(number, limit);
    while (number % divisor != 0) {
      divisor--;
    }
    return divisor;
  }
}
