// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import dlc.ir.kernel.Stmt;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Makes one loop of two nested ones where all memory is walked in the same even steps.
 *
 * <pre>
 * serial d0 < 8 { serial d1 < 16 { a[d0, d1] = b[d0, d1] } }  =>  serial d0 < 128 { a[d0] = b[d0] }
 * </pre>
 */
final class Collapse {

  private Collapse() {}

  /** The loops that remain and the body in terms of them. */
  record Collapsed(List<LoopVar> loops, List<Stmt> body) {}

  static Collapsed run(List<LoopVar> loops, List<Stmt> body) {
    List<LoopVar> remaining = new ArrayList<>(loops);
    List<Stmt> current = Rewriting.flatten(body);
    for (int i = remaining.size() - 2; i >= 0; i--) {
      LoopVar outer = remaining.get(i);
      LoopVar inner = remaining.get(i + 1);
      if (isEven(outer, inner, current)) {
        LoopVar joined = new LoopVar(outer.name(), outer.extent() * inner.extent());
        Map<LoopVar, Index> parts =
            Map.of(
                outer, joined.index().floorDiv(inner.extent()),
                inner, joined.index().mod(inner.extent()));
        current = Rewriting.substitute(current, parts);
        remaining.set(i, joined);
        remaining.remove(i + 1);
      }
    }
    return new Collapsed(remaining, current);
  }

  private static boolean isEven(LoopVar outer, LoopVar inner, List<Stmt> body) {
    if ((long) outer.extent() * inner.extent() > Integer.MAX_VALUE) {
      return false;
    }
    boolean[] even = {true};
    Rewriting.visitIndices(
        body,
        index ->
            even[0] &=
                !index.isIrregularIn(outer)
                    && !index.isIrregularIn(inner)
                    && index.stride(outer) == index.stride(inner) * inner.extent(),
        when -> even[0] &= !when.dependsOn(outer) && !when.dependsOn(inner));
    return even[0];
  }
}
