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
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Vectorizes a fold: along the folded loop when memory runs along it, else along the result.
 *
 * <pre>
 * parallel p {                                 parallel p {
 *   register acc: f32[4, 16]                     register acc: f32[16]     // or [4, 16]
 *   serial q { unrolled u { lanes l {            lanes l { acc[l] = 0 }
 *     acc[u, l] = acc[u, l] + x[p, …] } } }      serial r { lanes l { acc[l] = acc[l] + x[r, …] } }
 *   … acc[0, 0] is the sum of all …              lanes l { y[…] = acc[l] }
 * }                                            }
 * </pre>
 *
 * <p>The order of a sum depends on the vector width, never on the number of threads.
 */
final class ScheduleFold {

  private static final int ACCUMULATORS = 4;
  private static final int WRITTEN_OUT = 16;

  /** So many blocks keep the threads busy. */
  private static final int BLOCKS = 2;

  private final PlainNest nest;
  private final int lanes;

  private final Work.Threads threads;

  private ScheduleFold(PlainNest nest, int lanes, Work.Threads threads) {
    this.nest = nest;
    this.lanes = lanes;
    this.threads = threads;
  }

  static List<Stmt> run(PlainNest nest, int lanes) {
    return run(nest, lanes, Work.Threads.ALL);
  }

  static List<Stmt> run(PlainNest nest, int lanes, Work.Threads threads) {
    return new ScheduleFold(nest, lanes, threads).schedule();
  }

  private List<Stmt> schedule() {
    Collapse.Collapsed inner = Collapse.run(nest.reduced(), nest.step());
    long operations = nest.elements() * nest.turns() * Work.operations(nest.step()) / lanes;
    LoopVar folded = inner.loops().getLast();
    List<LoopVar> sideBySide = FewProducts.sideBySide(nest, lanes);
    if (!sideBySide.isEmpty()
        || (isSimple() && runsAlong(folded, inner.body()) && folded.extent() >= lanes)) {
      List<LoopVar> loops = new ArrayList<>(nest.loops());
      loops.removeAll(sideBySide);
      return Work.share(threads, loops, operations, phases(alongFold(inner, sideBySide)));
    }
    return alongResult(inner, operations);
  }

  /** Registers each of which is updated by one associative function. */
  private boolean isSimple() {
    return registers().stream().allMatch(acc -> updates(acc).size() == 1);
  }

  private List<Buffer> registers() {
    return nest.before().stream()
        .filter(Stmt.Declare.class::isInstance)
        .map(statement -> ((Stmt.Declare) statement).buffer())
        .toList();
  }

  /** The functions that fold into {@code acc}; none if something else is done with it. */
  private List<BinaryFn> updates(Buffer acc) {
    List<BinaryFn> updates = new ArrayList<>();
    int[] reads = {0};
    Rewriting.visitScalars(
        nest.step(),
        scalar -> {
          if (scalar instanceof Scalar.Load load && load.buffer().equals(acc)) {
            reads[0]++;
          }
        });
    for (Stmt statement : nest.step()) {
      if (statement instanceof Stmt.Store(Buffer buffer, var _, Scalar value)
          && buffer.equals(acc)
          && value instanceof Scalar.Binary(BinaryFn fn, Scalar.Load old, Scalar _)
          && old.buffer().equals(acc)) {
        updates.add(fn);
      }
    }
    return updates.size() == reads[0] ? updates : List.of();
  }

  /** Whether most of the memory that {@code body} reads is contiguous along {@code loop}. */
  private static boolean runsAlong(LoopVar loop, List<Stmt> body) {
    int[] balance = {0};
    Rewriting.visitIndices(
        body,
        index -> {
          if (index.isIrregularIn(loop) || Math.abs(index.stride(loop)) > 1) {
            balance[0] -= 2;
          } else if (index.stride(loop) == 1) {
            balance[0]++;
          }
        },
        _ -> {});
    return balance[0] > 0;
  }

  /** The results of the loops {@code sideBySide} are made at once, in accumulators of their own. */
  private List<Stmt> alongFold(Collapse.Collapsed inner, List<LoopVar> sideBySide) {
    LoopVar folded = inner.loops().getLast();
    int width = Math.min(lanes, Integer.highestOneBit(folded.extent()));
    int copies = sideBySide.isEmpty() ? Math.ceilDiv(ACCUMULATORS, registers().size()) : 1;
    int unroll = folded.extent() >= copies * width ? copies : 1;
    LoopVar lane = new LoopVar("l", width);
    LoopVar copy = new LoopVar("u", unroll);
    List<LoopVar> block = new ArrayList<>(sideBySide);
    block.add(copy);
    List<Index> here = place(sideBySide, copy.index(), lane.index());
    Map<Buffer, Buffer> registers = new LinkedHashMap<>();
    List<Stmt> statements = new ArrayList<>();
    List<Stmt> first = new ArrayList<>();
    for (Stmt statement : nest.before()) {
      if (statement instanceof Stmt.Declare(Buffer acc)) {
        List<Integer> dims = new ArrayList<>(block.stream().map(LoopVar::extent).toList());
        dims.add(width);
        Buffer wide = Buffer.register(acc.name(), new TensorType(acc.type().dtype(), dims));
        registers.put(acc, wide);
        statements.add(new Stmt.Declare(wide));
      } else {
        first.add(statement);
      }
    }
    statements.addAll(vectors(block, lane, Rewriting.widen(first, registers, here)));

    int whole = folded.extent() / (unroll * width);
    LoopVar turn = new LoopVar("q", whole);
    Index at = turn.index().times(unroll).plus(copy.index()).times(width).plus(lane.index());
    List<Stmt> step =
        Rewriting.widen(Rewriting.substitute(inner.body(), Map.of(folded, at)), registers, here);
    List<Stmt> turns =
        new ArrayList<>(Rewriting.nest(List.of(turn), LoopKind.SERIAL, vectors(block, lane, step)));
    turns.addAll(rest(inner.body(), folded, whole * unroll * width, lane, sideBySide, registers));
    List<LoopVar> around = inner.loops().subList(0, inner.loops().size() - 1);
    statements.addAll(Rewriting.nest(around, LoopKind.SERIAL, turns));
    List<Stmt> results = new ArrayList<>();
    registers.forEach(
        (acc, wide) ->
            results.addAll(combine(wide, unroll, width, sideBySide, updates(acc).getFirst())));
    List<Index> sum = place(sideBySide, Index.ZERO, Index.ZERO);
    results.addAll(Rewriting.widen(nest.after(), registers, sum));
    statements.addAll(Rewriting.nest(sideBySide, LoopKind.UNROLLED, results));
    return statements;
  }

  private static List<Index> place(List<LoopVar> sideBySide, Index copy, Index lane) {
    List<Index> place = new ArrayList<>(Comprehension.indices(sideBySide));
    place.add(copy);
    place.add(lane);
    return place;
  }

  /** The turns from {@code done} on that do not fill all accumulators. */
  private static List<Stmt> rest(
      List<Stmt> body,
      LoopVar folded,
      int done,
      LoopVar lane,
      List<LoopVar> sideBySide,
      Map<Buffer, Buffer> registers) {
    int left = folded.extent() - done;
    if (left == 0) {
      return List.of();
    }
    LoopVar turn = new LoopVar("t", Math.ceilDiv(left, lane.extent()));
    Index at = turn.index().times(lane.extent()).plus(lane.index()).plus(done);
    Condition inside = Condition.inRange(at, 0, folded.extent());
    List<Stmt> step =
        Rewriting.widen(
            Rewriting.substitute(body, Map.of(folded, at)),
            registers,
            place(sideBySide, Index.ZERO, lane.index()));
    List<Stmt> kept = step.stream().map(statement -> keepOutside(statement, inside)).toList();
    List<Stmt> vector =
        List.of(new Stmt.For(lane, LoopKind.LANES, Rewriting.guarded(inside, kept)));
    return Rewriting.nest(
        List.of(turn), LoopKind.SERIAL, Rewriting.nest(sideBySide, LoopKind.UNROLLED, vector));
  }

  /** Registers are written in all lanes: those outside keep their value. */
  private static Stmt keepOutside(Stmt statement, Condition inside) {
    return statement instanceof Stmt.Store(var buffer, var at, var value)
            && buffer.space() == Space.REGISTER
            && !inside.always()
        ? new Stmt.Store(
            buffer,
            at,
            new Scalar.Holds(inside)
                .choose(value, new Scalar.Load(buffer, at, Condition.ALWAYS, 0)))
        : statement;
  }

  /** Folds the accumulators, then the lanes by halves, into element 0. */
  private static List<Stmt> combine(
      Buffer wide, int unroll, int width, List<LoopVar> sideBySide, BinaryFn update) {
    List<Stmt> statements = new ArrayList<>();
    for (int copy = 1; copy < unroll; copy++) {
      statements.add(fold(wide, update, width, sideBySide, copy, 0));
    }
    for (int half = width / 2; half >= 1; half /= 2) {
      statements.add(fold(wide, update, half, sideBySide, 0, half));
    }
    return statements;
  }

  private static Stmt fold(
      Buffer wide, BinaryFn update, int width, List<LoopVar> sideBySide, int copy, int shift) {
    LoopVar lane = new LoopVar("l", width);
    List<Index> target = place(sideBySide, Index.ZERO, lane.index());
    List<Index> source = place(sideBySide, Index.of(copy), lane.index().plus(shift));
    Stmt store =
        new Stmt.Store(
            wide,
            target,
            new Scalar.Binary(
                update,
                new Scalar.Load(wide, target, Condition.ALWAYS, 0),
                new Scalar.Load(wide, source, Condition.ALWAYS, 0)));
    return width == 1 ? store : new Stmt.For(lane, LoopKind.LANES, List.of(store));
  }

  private static List<Stmt> vectors(List<LoopVar> block, LoopVar lane, List<Stmt> body) {
    return Rewriting.nest(block, LoopKind.UNROLLED, Rewriting.lanes(lane, body));
  }

  // Along the result: each lane folds for an element of its own.

  private List<Stmt> alongResult(Collapse.Collapsed inner, long operations) {
    LoopVar along = bestResultLoop();
    if (along == null) {
      List<Stmt> body = new ArrayList<>(nest.before());
      body.addAll(turns(inner, inner.body()));
      body.addAll(nest.after());
      return Work.share(threads, nest.loops(), operations, phases(body));
    }
    List<Stmt> all = new ArrayList<>(inner.body());
    all.addAll(nest.after());
    Optional<Overlap> rows =
        nest.turns() <= WRITTEN_OUT ? Overlap.of(nest, along) : Optional.empty();
    LoopVar copy =
        rows.map(Overlap::neighbours).orElseGet(() -> new LoopVar("u", copies(along, all)));
    Pieces pieces =
        rows.isEmpty() && copy.extent() > 1 ? blocks(along, copy) : Pieces.of(along, lanes, all);
    List<LoopVar> outer = new ArrayList<>(nest.loops());
    outer.set(outer.indexOf(along), pieces.blocks());
    rows.ifPresent(overlap -> outer.set(outer.indexOf(overlap.loop()), overlap.groups()));
    return Work.share(
        threads,
        outer,
        operations,
        pieces.map(
            piece -> {
              Map<LoopVar, Index> move = new HashMap<>(Map.of(along, piece.at()));
              rows.ifPresent(overlap -> move.put(overlap.loop(), overlap.place()));
              return phases(fold(move, inner, copy, piece));
            }));
  }

  /**
   * How many vectors are folded side by side, as long as there are blocks enough to share out: rows
   * are then read in longer runs, which processors foresee.
   */
  private int copies(LoopVar along, List<Stmt> body) {
    if (nest.turns() <= WRITTEN_OUT || !Pieces.isEven(along, body)) {
      return 1;
    }
    long blocks = nest.elements() / lanes;
    int copies = ACCUMULATORS;
    while (copies > 1 && (along.extent() % (copies * lanes) != 0 || blocks / copies < BLOCKS)) {
      copies /= 2;
    }
    return copies;
  }

  private Pieces blocks(LoopVar along, LoopVar copy) {
    LoopVar blocks = new LoopVar("q", along.extent() / (copy.extent() * lanes));
    LoopVar lane = new LoopVar("l", lanes);
    Index vector = blocks.index().times(copy.extent()).plus(copy.index());
    Index at = vector.times(lanes).plus(lane.index());
    return new Pieces(
        blocks, List.of(new Pieces.Piece(Condition.ALWAYS, lane, at, Condition.ALWAYS)));
  }

  private List<Stmt> phases(List<Stmt> body) {
    return Rewriting.nest(nest.phases(), LoopKind.UNROLLED, body);
  }

  /** The folded loops; the few turns of a window are written out. */
  private List<Stmt> turns(Collapse.Collapsed inner, List<Stmt> step) {
    LoopKind kind = nest.turns() <= WRITTEN_OUT ? LoopKind.UNROLLED : LoopKind.SERIAL;
    return Rewriting.nest(inner.loops(), kind, step);
  }

  /**
   * The fold of a block of the result, of as many vectors as {@code copy} counts, which is where
   * {@code move} says.
   */
  private List<Stmt> fold(
      Map<LoopVar, Index> move, Collapse.Collapsed inner, LoopVar copy, Pieces.Piece piece) {
    LoopVar lane = piece.lane();
    List<LoopVar> block = copy.extent() > 1 ? List.of(copy, lane) : List.of(lane);
    List<Index> here = Comprehension.indices(block);
    Map<Buffer, Buffer> registers = new LinkedHashMap<>();
    List<Stmt> statements = new ArrayList<>();
    List<Stmt> first = new ArrayList<>();
    for (Stmt statement : nest.before()) {
      if (statement instanceof Stmt.Declare(Buffer buffer)) {
        List<Integer> dims = block.stream().map(LoopVar::extent).toList();
        Buffer wide = Buffer.register(buffer.name(), new TensorType(buffer.type().dtype(), dims));
        registers.put(buffer, wide);
        statements.add(new Stmt.Declare(wide));
      } else {
        first.add(statement);
      }
    }
    UnaryOperator<List<Stmt>> vectors =
        body -> {
          List<Stmt> moved = Rewriting.widen(Rewriting.substitute(body, move), registers, here);
          return vectors(List.of(copy), lane, Rewriting.guarded(piece.inside(), moved));
        };
    List<Stmt> begun = Rewriting.widen(Rewriting.substitute(first, move), registers, here);
    statements.addAll(vectors(List.of(copy), lane, begun));
    statements.addAll(turns(inner, vectors.apply(inner.body())));
    statements.addAll(vectors.apply(nest.after()));
    return statements;
  }

  /** The result loop along which memory is contiguous most often, if it is worth vectors. */
  private @Nullable LoopVar bestResultLoop() {
    List<Stmt> all = new ArrayList<>(nest.step());
    all.addAll(nest.after());
    Map<LoopVar, Integer> scores = new HashMap<>();
    for (LoopVar loop : nest.loops()) {
      int[] score = {0};
      Rewriting.visitIndices(
          all,
          index -> {
            if (!index.isIrregularIn(loop)) {
              score[0] += index.stride(loop) == 1 ? 4 : index.stride(loop) == 0 ? 1 : 0;
            }
          },
          _ -> {});
      scores.put(loop, score[0] + (loop.extent() >= lanes ? 2 : 0));
    }
    return nest.loops().stream()
        .filter(loop -> loop.extent() >= 4)
        .max(Comparator.comparingInt(loop -> scores.getOrDefault(loop, 0)))
        .orElse(null);
  }
}
