// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import dlc.ir.TensorType;
import dlc.ir.kernel.Kernel;
import dlc.ir.kernel.LoopKind;
import dlc.ir.kernel.Stmt;
import dlc.ir.kernel.Target;
import dlc.ir.scalar.Buffer;
import dlc.ir.scalar.Condition;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import dlc.ir.scalar.Scalar;
import dlc.passes.lower.LoweredGraph.Call;
import dlc.passes.lower.LoweredGraph.Memory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

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
  private static final int MOST_PLACES = 4;

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
   * A factor that lies at one of {@code places} places, a power of two, that {@code place} names.
   */
  private record Routed(Scalar.Load load, Scalar.Load place, int places) {

    static Optional<Routed> of(Scalar.Load load) {
      Set<Index.Dynamic> found = new HashSet<>();
      load.at().forEach(at -> found.addAll(at.dynamic()));
      return found.size() == 1
              && load.when().always()
              && found.iterator().next() instanceof Index.Dynamic(Scalar value, int places)
              && value instanceof Scalar.Load place
              && place.when().always()
              && places <= MOST_PLACES
              && Integer.bitCount(places) == 1
          ? Optional.of(new Routed(load, place, places))
          : Optional.empty();
    }

    boolean dependsOn(LoopVar loop) {
      return at(0).dependsOn(loop);
    }

    private Scalar at(int place) {
      List<Index> at = load.at().stream().map(index -> index.withDynamic(place)).toList();
      return new Scalar.Load(load.buffer(), at, load.when(), load.otherwise());
    }

    /** How many turns of {@code loop} the first two places are apart, if that many divide it. */
    int apart(LoopVar loop) {
      for (Index at : load.at()) {
        Index step = at.withDynamic(1).minus(at.withDynamic(0));
        if (at.stride(loop) == 1
            && step.isConstant()
            && step.constant() > 0
            && loop.extent() % step.constant() == 0) {
          return step.constant();
        }
      }
      return 1;
    }

    /** What lies where {@code chosen} says, which each lane reads for itself. */
    Scalar chosen(Scalar chosen) {
      return chosen(Index.of(new Index.Dynamic(chosen, places)), places / 2, 0);
    }

    private Scalar chosen(Index place, int bit, int from) {
      if (bit == 0) {
        return at(from);
      }
      Scalar set = new Scalar.Holds(Condition.inRange(place.floorDiv(bit).mod(2), 1, 2));
      return set.choose(chosen(place, bit / 2, from + bit), chosen(place, bit / 2, from));
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
    if (tile.size() != 2
        || along.size() != 1
        || along.getFirst().extent() < LEAST
        || !factor.isReady()) {
      return Optional.empty();
    }
    int width = lanes;
    while (width > LEAST && width / 2 >= along.getFirst().extent()) {
      width /= 2;
    }
    ScheduleRoutes schedule =
        new ScheduleRoutes(nest, along.getFirst(), tile, width, target.vectorRegisters() - SPARE);
    return Optional.of(schedule.call(call, routed, factor, place, staging));
  }

  private Call call(
      Call call, Routed routed, StagedOperand factor, StagedOperand place, Staging staging) {
    Map<Buffer, Memory> arguments = new LinkedHashMap<>();
    for (int i = 0; i < call.arguments().size(); i++) {
      arguments.put(call.kernel().arguments().get(i), call.arguments().get(i));
    }
    Scalar y = staged(factor, "s0", arguments, staging);
    Scalar chosen = routed.chosen(staged(place, "s1", arguments, staging));
    List<Stmt> body = body(routed, chosen.times(y));
    List<String> used = Rewriting.buffers(body);
    arguments.keySet().removeIf(buffer -> !used.contains(buffer.name()));
    Kernel kernel = call.kernel().with(List.copyOf(arguments.keySet()), body);
    return new Call(kernel, List.copyOf(arguments.values()));
  }

  /** {@code operand} with the lanes innermost. */
  private Scalar staged(
      StagedOperand operand, String name, Map<Buffer, Memory> arguments, Staging staging) {
    Memory memory =
        arguments.entrySet().stream()
            .filter(entry -> entry.getKey().name().equals(operand.load().buffer().name()))
            .findFirst()
            .orElseThrow()
            .getValue();
    int padding = Math.ceilDiv(lanes.extent(), width) * width - lanes.extent();
    Staging.Shape shape = new Staging.Shape(operand.contiguousAxis(lanes), padding, 0);
    Staging.Staged staged = staging.stage(operand, memory, shape, name);
    arguments.put(staged.load().buffer(), staged.memory());
    return staged.load();
  }

  private List<Stmt> body(Routed routed, Scalar term) {
    // Columns that far apart are read at the same places.
    int apart = routed.apart(columns);
    LoopVar row = new LoopVar("h", divisor(rows.extent(), registers));
    LoopVar column = new LoopVar("i", divisor(columns.extent() / apart, registers / row.extent()));
    LoopVar lane = new LoopVar("l", width);
    LoopVar rowBlocks = blocks(rows, rows.extent() / row.extent());
    LoopVar columnBlocks = blocks(columns, columns.extent() / apart / column.extent());
    LoopVar between = new LoopVar(columns.name() + "i", apart);
    LoopVar laneBlocks = blocks(lanes, Math.ceilDiv(lanes.extent(), width));
    Index at = laneBlocks.index().times(width).plus(lane.index());
    Index ahead = columnBlocks.index().times(column.extent()).plus(column.index());
    Map<LoopVar, Index> move = new HashMap<>();
    move.put(rows, rowBlocks.index().times(row.extent()).plus(row.index()));
    move.put(columns, ahead.times(apart).plus(between.index()));
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
    around.addAll(List.of(laneBlocks, rowBlocks, columnBlocks, between));
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
