// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import dlc.ir.kernel.Stmt;
import dlc.ir.scalar.Condition;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Makes two loops of one whose parts mean something by themselves, so that memory is walked evenly.
 *
 * <pre>
 * serial d { … x[d / 16] * w[d] … }              // groups of channels
 *   =>  serial do { serial di { … x[do] * w[16 * do + di] … } }
 *
 * serial d { … if d + r divides by 2 … }         // windows in steps of 2
 *   =>  serial do { unrolled di { … if di + r divides by 2 … } }
 * </pre>
 */
final class SplitLoops {

  private static final int MAX_PHASES = 4;

  /** Loops along memory are not cut into less. */
  private static final int VECTOR = 16;

  private final PlainNest nest;
  private final List<Stmt> all = new ArrayList<>();

  private SplitLoops(PlainNest nest) {
    this.nest = nest;
    all.addAll(nest.step());
    all.addAll(nest.after());
  }

  static PlainNest run(PlainNest nest) {
    return new SplitLoops(nest).split();
  }

  private PlainNest split() {
    PlainNest current = nest;
    for (LoopVar loop : nest.loops()) {
      Set<Integer> sizes = new TreeSet<>();
      Set<Integer> steps = new TreeSet<>();
      collect(loop, sizes, steps);
      // In steps the quotients are those of what divides.
      if (steps.size() == 1 && divides(loop, only(steps)) && only(steps) <= MAX_PHASES) {
        current = splitPhases(current, loop, only(steps));
      } else if (steps.isEmpty() && sizes.size() == 1 && parts(loop, only(sizes))) {
        current = current.withLoops(parts(current.loops(), loop, only(sizes)));
        current = moved(current, loop, only(sizes));
      }
    }
    for (LoopVar loop : nest.reduced()) {
      Set<Integer> sizes = new TreeSet<>();
      Set<Integer> steps = new TreeSet<>();
      collect(loop, sizes, steps);
      if (steps.isEmpty() && sizes.size() == 1 && parts(loop, only(sizes))) {
        current = current.withReduced(parts(current.reduced(), loop, only(sizes)));
        current = moved(current, loop, only(sizes));
      }
    }
    return current;
  }

  private void collect(LoopVar loop, Set<Integer> sizes, Set<Integer> steps) {
    Rewriting.visitIndices(
        all,
        index -> collect(index, loop, sizes),
        when ->
            when.tests()
                .forEach(
                    test -> {
                      collect(test.index(), loop, sizes);
                      if (test instanceof Condition.Divisible(Index index, int divisor)
                          && index.stride(loop) % divisor != 0) {
                        steps.add(divisor);
                      }
                    }));
  }

  /** Whether the loop falls into parts of {@code size} without cutting vectors to pieces. */
  private boolean parts(LoopVar loop, int size) {
    boolean[] contiguous = {false};
    Rewriting.visitIndices(all, index -> contiguous[0] |= index.stride(loop) == 1, _ -> {});
    return divides(loop, size) && (size >= VECTOR || !contiguous[0]);
  }

  private static int only(Set<Integer> numbers) {
    return numbers.iterator().next();
  }

  private static boolean divides(LoopVar loop, int size) {
    return size > 1 && loop.extent() % size == 0 && loop.extent() > size;
  }

  /** The divisors of quotients and remainders of {@code loop} alone. */
  private static void collect(Index index, LoopVar loop, Set<Integer> sizes) {
    for (Index.Term term : index.terms()) {
      switch (term.atom()) {
        case Index.Quotient(Index dividend, int divisor) when dividend.equals(loop.index()) ->
            sizes.add(divisor);
        case Index.Remainder(Index dividend, int divisor) when dividend.equals(loop.index()) ->
            sizes.add(divisor);
        case Index.Quotient(Index dividend, int _) when dividend.dependsOn(loop) -> sizes.add(0);
        case Index.Remainder(Index dividend, int _) when dividend.dependsOn(loop) -> sizes.add(0);
        case Index.Quotient _, Index.Remainder _, Index.Dynamic _, LoopVar _ -> {}
      }
    }
  }

  private static PlainNest splitPhases(PlainNest nest, LoopVar loop, int size) {
    List<LoopVar> loops = new ArrayList<>(nest.loops());
    List<LoopVar> phases = new ArrayList<>(nest.phases());
    loops.set(loops.indexOf(loop), outer(loop, size));
    phases.add(inner(loop, size));
    return moved(nest.withLoops(loops).withPhases(phases), loop, size);
  }

  private static List<LoopVar> parts(List<LoopVar> loops, LoopVar loop, int size) {
    List<LoopVar> parts = new ArrayList<>(loops);
    int at = parts.indexOf(loop);
    parts.set(at, outer(loop, size));
    parts.add(at + 1, inner(loop, size));
    return parts;
  }

  private static LoopVar outer(LoopVar loop, int size) {
    return new LoopVar(loop.name() + "o", loop.extent() / size);
  }

  private static LoopVar inner(LoopVar loop, int size) {
    return new LoopVar(loop.name() + "i", size);
  }

  private static PlainNest moved(PlainNest nest, LoopVar loop, int size) {
    Index place = outer(loop, size).index().times(size).plus(inner(loop, size).index());
    return nest.substitute(Map.of(loop, place));
  }
}
