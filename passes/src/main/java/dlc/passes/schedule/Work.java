// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import dlc.ir.kernel.LoopKind;
import dlc.ir.kernel.Stmt;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How much there is to do, and whether it is worth sharing out among threads. */
final class Work {

  /** Less than this many vector instructions are not worth a fork and join, and cold caches. */
  private static final long WORTH_A_FORK = 40_000;

  /** A turn of so many does not feel what finding its place takes. */
  private static final long WORTH_A_TURN = 400;

  /** So many turns keep all threads busy to the end. */
  private static final long ENOUGH_TURNS = 256;

  /** What a kernel, or a part of one, may be shared out among. */
  enum Threads {
    ALL,
    ONE
  }

  private Work() {}

  /** A count of the scalar operations in one run of {@code statements}. */
  static long operations(List<Stmt> statements) {
    long[] count = {1};
    Rewriting.visitScalars(statements, _ -> count[0]++);
    return count[0];
  }

  /** As {@link #share(List, long, List)}, where all {@code threads} are there. */
  static List<Stmt> share(Threads threads, List<LoopVar> loops, long operations, List<Stmt> body) {
    return switch (threads) {
      case ALL -> share(loops, operations, body);
      case ONE -> Rewriting.nest(loops, LoopKind.SERIAL, body);
    };
  }

  /**
   * One loop over all turns of {@code loops} around {@code body}: parallel when {@code operations}
   * in all are worth it. Inner loops of little work stay as they are.
   */
  static List<Stmt> share(List<LoopVar> loops, long operations, List<Stmt> body) {
    long turns = PlainNest.product(loops);
    if (operations < WORTH_A_FORK || turns < 2 || turns > Integer.MAX_VALUE) {
      return Rewriting.nest(loops, LoopKind.SERIAL, body);
    }
    LoopVar last = loops.getLast();
    if (loops.size() > 1
        && operations / turns < WORTH_A_TURN
        && turns / last.extent() >= ENOUGH_TURNS) {
      List<LoopVar> outer = loops.subList(0, loops.size() - 1);
      return share(outer, operations, Rewriting.nest(List.of(last), LoopKind.SERIAL, body));
    }
    return turns(loops, body);
  }

  /** One parallel loop over all turns of {@code loops}, or {@code body} where there are none. */
  static List<Stmt> turns(List<LoopVar> loops, List<Stmt> body) {
    long turns = PlainNest.product(loops);
    if (turns < 2 || turns > Integer.MAX_VALUE) {
      return Rewriting.nest(loops, LoopKind.SERIAL, body);
    }
    LoopVar all = new LoopVar("p", (int) turns);
    List<Index> parts = Index.delinear(all.index(), loops.stream().map(LoopVar::extent).toList());
    Map<LoopVar, Index> replacement = new HashMap<>();
    for (int i = 0; i < loops.size(); i++) {
      replacement.put(loops.get(i), parts.get(i));
    }
    return List.of(new Stmt.For(all, LoopKind.PARALLEL, Rewriting.substitute(body, replacement)));
  }
}
