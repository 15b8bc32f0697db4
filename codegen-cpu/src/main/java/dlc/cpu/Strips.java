// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

import dlc.ir.kernel.LoopKind;
import dlc.ir.kernel.Stmt;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import dlc.ir.scalar.Scalar;
import dlc.ir.scalar.Space;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Vectors whose elements go to places far apart, while those of several vectors go side by side:
 *
 * <pre>
 * unrolled i < 8 { unrolled j < 3 { lanes l < 16 { y[i + 1000 * l + 16000 * j] = acc[i, j, l] } } }
 * </pre>
 *
 * <p>Turned in registers, they are written in strips of eight elements instead of one by one.
 *
 * @param others unrolled loops, for each turn of which there are such vectors
 * @param row counts the vectors
 * @param lane the lanes in which they are computed
 * @param body what is done in them, step by step
 * @param stores those of the body that write strips
 */
record Strips(
    List<LoopVar> others, LoopVar row, LoopVar lane, List<Stmt> body, Set<Stmt.Store> stores) {

  /** Shorter strips are worth the turning only where they make whole vectors. */
  private static final int LEAST = 4;

  /** Nothing where {@code nest} makes no such vectors. */
  static Optional<Strips> of(Stmt.For nest) {
    List<LoopVar> loops = new ArrayList<>();
    Stmt.For loop = nest;
    while (loop.kind() == LoopKind.UNROLLED
        && loop.body().size() == 1
        && loop.body().getFirst() instanceof Stmt.For inner) {
      loops.add(loop.counter());
      loop = inner;
    }
    List<Stmt> body = loop.body();
    LoopVar lane = loop.counter();
    if (loop.kind() != LoopKind.LANES
        || Integer.bitCount(lane.extent()) != 1
        || !body.stream()
            .allMatch(each -> each instanceof Stmt.Let || each instanceof Stmt.Store)) {
      return Optional.empty();
    }
    for (LoopVar row : loops) {
      Set<Stmt.Store> stores = new HashSet<>();
      for (int i = 0; i < body.size(); i++) {
        if (body.get(i) instanceof Stmt.Store store
            && isTurned(store, row, lane)
            && loads(body.subList(0, i + 1), store).allMatch(load -> isItsPlace(load, store))
            && loads(body.subList(i + 1, body.size()), store).findAny().isEmpty()) {
          stores.add(store);
        }
      }
      if (!stores.isEmpty()) {
        loops.remove(row);
        return Optional.of(new Strips(loops, row, lane, body, stores));
      }
    }
    return Optional.empty();
  }

  private static boolean isTurned(Stmt.Store store, LoopVar row, LoopVar lane) {
    Index place = place(store);
    int step = Square.step(place, lane);
    boolean makesVectors =
        step == row.extent() && step <= lane.extent() && Integer.bitCount(step) == 1;
    boolean isFar = step < 0 || step > MemoryText.MAX_SHUFFLED_STEP;
    return store.buffer().space() != Space.REGISTER
        && store.buffer().type().dtype().isFloat()
        && Square.step(place, row) == 1
        && (makesVectors || (row.extent() >= LEAST && isFar));
  }

  private static Index place(Stmt.Store store) {
    return Index.linear(store.at(), store.buffer().type().dims());
  }

  /**
   * What {@code statements} read of the memory that {@code store} writes. As the store is done
   * after all of them, in all turns, those before it may read its place alone, and those behind
   * nothing.
   */
  private static Stream<Scalar.Load> loads(List<Stmt> statements, Stmt.Store store) {
    List<Scalar.Load> loads = new ArrayList<>();
    for (Stmt statement : statements) {
      switch (statement) {
        case Stmt.Let let -> Square.collect(let.value(), loads);
        case Stmt.Store other -> Square.collect(other.value(), loads);
        case Stmt.For _, Stmt.If _, Stmt.Declare _ ->
            throw new IllegalStateException("not a step of a strip: " + statement);
      }
    }
    return loads.stream().filter(load -> load.buffer().name().equals(store.buffer().name()));
  }

  private static boolean isItsPlace(Scalar.Load load, Stmt.Store store) {
    return Square.place(load).equals(place(store));
  }

  /** How many of the vectors from number {@code start} are turned together; 1 where none are. */
  int count(int start) {
    int count = Math.min(lane.extent(), Integer.highestOneBit(row.extent() - start));
    return count >= LEAST || count == row.extent() ? count : 1;
  }

  /** How many elements lie side by side in {@code count} vectors that are turned. */
  int length(Stmt.Store store, int count) {
    return Square.step(place(store), lane) == count ? lane.extent() : count;
  }
}
