// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import dlc.ir.kernel.LoopKind;
import dlc.ir.kernel.Stmt;
import dlc.ir.scalar.Buffer;
import dlc.ir.scalar.Condition;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import dlc.ir.scalar.Scalar;
import java.util.ArrayList;
import java.util.List;

/**
 * Adds up each row of a buffer of vectors, by halves, those of several rows in one vector.
 *
 * <pre>
 * register acc: f32[8, 16]                             // a_0 … a_15, b_0 … b_15, …
 * unrolled b { lanes l { acc[b, l] = … + … } }         // a_0 + a_8 … a_7 + a_15, b_0 + b_8 …
 * …
 * lanes l { … }                                        // the sum of the a, of the b, …
 * </pre>
 *
 * <p>In the end the sum of row i is element i. Row by row it would take as many additions, of ever
 * emptier vectors, each.
 */
final class SumUp {

  private final Buffer rows;
  private final int width;

  private SumUp(Buffer rows) {
    this.rows = rows;
    this.width = rows.type().dim(1);
  }

  /** The statements that do so in place. */
  static List<Stmt> rows(Buffer rows) {
    SumUp sums = new SumUp(rows);
    List<Stmt> statements = new ArrayList<>();
    for (int half = sums.width / 2; half >= 1; half /= 2) {
      statements.addAll(sums.halved(half));
    }
    return statements;
  }

  /** What leaves {@code half} parts of each row's sum, of twice as many. */
  private List<Stmt> halved(int half) {
    int parts = rows.type().dim(0) * half;
    List<Stmt> statements = new ArrayList<>();
    int done = parts / width * width;
    if (done > 0) {
      LoopVar vector = new LoopVar("b", parts / width);
      List<Stmt> sum = added(half, vector.index().times(width), width);
      statements.addAll(Rewriting.nest(List.of(vector), LoopKind.UNROLLED, sum));
    }
    while (done < parts) {
      int lanes = Integer.highestOneBit(parts - done);
      statements.addAll(added(half, Index.of(done), lanes));
      done += lanes;
    }
    return statements;
  }

  /**
   * The same for the {@code lanes} parts from {@code start} on, which read none of those before.
   */
  private List<Stmt> added(int half, Index start, int lanes) {
    LoopVar lane = new LoopVar("l", lanes);
    Index part = start.plus(lane.index());
    Index first = part.plus(part.floorDiv(half).times(half));
    Stmt store = new Stmt.Store(rows, place(part), read(first).plus(read(first.plus(half))));
    return Rewriting.lanes(lane, List.of(store));
  }

  private Scalar read(Index element) {
    return new Scalar.Load(rows, place(element), Condition.ALWAYS, 0);
  }

  private List<Index> place(Index element) {
    return Index.delinear(element, rows.type().dims());
  }
}
