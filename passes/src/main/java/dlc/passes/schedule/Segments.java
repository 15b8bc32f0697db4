// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import dlc.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.List;

/**
 * A block of a plain kernel as parts that are each a nest: a loop, a fold with what is done with
 * its result, or scalars alone.
 */
final class Segments {

  private Segments() {}

  static List<List<Stmt>> of(List<Stmt> block) {
    List<List<Stmt>> segments = new ArrayList<>();
    List<Stmt> current = new ArrayList<>();
    boolean isFold = false;
    boolean isFolded = false;
    for (Stmt statement : block) {
      boolean begins =
          switch (statement) {
            case Stmt.Declare _ -> !isFold || isFolded;
            case Stmt.For _ -> !isFold || isFolded;
            case Stmt.If _, Stmt.Let _, Stmt.Store _ -> false;
          };
      if (begins && !current.isEmpty()) {
        segments.add(current);
        current = new ArrayList<>();
      }
      if (begins) {
        isFold = statement instanceof Stmt.Declare;
        isFolded = false;
      } else if (statement instanceof Stmt.For) {
        isFolded = true;
      }
      current.add(statement);
      if (begins && statement instanceof Stmt.For) {
        segments.add(current);
        current = new ArrayList<>();
      }
    }
    if (!current.isEmpty()) {
      segments.add(current);
    }
    return segments;
  }
}
