// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import dlc.ir.kernel.Stmt;
import dlc.ir.scalar.Buffer;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import dlc.ir.scalar.Scalar;
import dlc.ir.scalar.Space;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** A place where a kernel reads or writes memory. */
record Access(Buffer buffer, List<Index> at, boolean isWrite) {

  /** Larger steps are gathered and scattered, element by element. */
  static final int MAX_STEP = 4;

  /** Those of {@code nest}, the largest memory first. */
  static List<Access> of(PlainNest nest) {
    List<Stmt> all = new ArrayList<>(nest.step());
    all.addAll(nest.after());
    return of(all);
  }

  /** Those of {@code statements}, the largest memory first. */
  static List<Access> of(List<Stmt> statements) {
    Set<Access> accesses = new LinkedHashSet<>();
    collectStores(statements, accesses);
    Rewriting.visitScalars(
        statements,
        scalar -> {
          if (scalar instanceof Scalar.Load load && load.buffer().space() == Space.GLOBAL) {
            accesses.add(new Access(load.buffer(), load.at(), false));
          }
        });
    List<Access> sorted = new ArrayList<>(accesses);
    sorted.sort(Comparator.comparingLong((Access access) -> -access.buffer().type().elements()));
    return sorted;
  }

  private static void collectStores(List<Stmt> statements, Set<Access> accesses) {
    for (Stmt statement : statements) {
      switch (statement) {
        case Stmt.For loop -> collectStores(loop.body(), accesses);
        case Stmt.If branch -> collectStores(branch.body(), accesses);
        case Stmt.Store store -> {
          if (store.buffer().space() == Space.GLOBAL) {
            accesses.add(new Access(store.buffer(), store.at(), true));
          }
        }
        case Stmt.Let _, Stmt.Declare _ -> {}
      }
    }
  }

  boolean isOf(Access other) {
    return buffer.name().equals(other.buffer.name());
  }

  /** The place in memory, row by row. */
  Index place() {
    return Index.linear(at, buffer.type().dims());
  }

  /** Whether it matters which of the two comes first. */
  boolean conflicts(Access other) {
    return isOf(other) && (isWrite || other.isWrite);
  }

  /** By how much the place in memory grows with {@code loop}; 0 where it does not evenly. */
  long stride(LoopVar loop) {
    Index place = place();
    return place.isIrregularIn(loop) ? 0 : place.stride(loop);
  }

  /** Whether memory is walked along {@code loop} in steps so small that vectors are shuffled. */
  boolean isAlong(LoopVar loop) {
    Index place = place();
    return !place.isIrregularIn(loop) && place.stride(loop) >= 0 && place.stride(loop) <= MAX_STEP;
  }
}
