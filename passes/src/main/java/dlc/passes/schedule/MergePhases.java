// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import dlc.ir.kernel.Stmt;
import dlc.ir.scalar.LoopVar;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Does in one walk of a row what needs nothing of each other but elements at the same place.
 *
 * <pre>
 * serial r { s = s + x[r] }                   =>   serial r { s = s + x[r]; t = t + y[r] }
 * serial i { z[i] = s * x[i] }                     serial i { z[i] = s * x[i]; u = u + z[i] }
 * serial r { t = t + y[r] }
 * serial r { u = u + z[r] }
 * </pre>
 */
final class MergePhases {

  /** More sums than so many have no registers. */
  private static final int SUMS = 4;

  /** Runs of memory are not cut into less. */
  private static final int RUN = 64;

  private MergePhases() {}

  /** The nests that do what {@code phases} do in a row, one after the other. */
  static List<PlainNest> run(List<PlainNest> phases) {
    List<PlainNest> merged = new ArrayList<>();
    for (PlainNest phase : phases) {
      int best = -1;
      long most = -1;
      for (int i = merged.size() - 1; i >= 0; i--) {
        PlainNest other = merged.get(i);
        long common = common(other, phase);
        if (common > most && merge(other, phase).isPresent()) {
          best = i;
          most = common;
        }
        if (conflict(other, phase)) {
          break;
        }
      }
      if (best < 0) {
        merged.add(phase);
      } else {
        merged.set(best, merge(merged.get(best), phase).orElseThrow());
      }
    }
    return merged;
  }

  /** How much memory both touch. */
  private static long common(PlainNest first, PlainNest second) {
    Set<String> names = names(Access.of(first).stream());
    return Access.of(second).stream()
        .filter(access -> names.contains(access.buffer().name()))
        .mapToLong(access -> access.buffer().type().elements())
        .sum();
  }

  /** Whether the order of the two matters. */
  private static boolean conflict(PlainNest first, PlainNest second) {
    return Access.of(first).stream()
        .anyMatch(access -> Access.of(second).stream().anyMatch(access::conflicts));
  }

  private static Set<String> names(Stream<Access> accesses) {
    return accesses.map(access -> access.buffer().name()).collect(Collectors.toSet());
  }

  /** Both in one, where that does not cut the runs of memory that either walks. */
  private static Optional<PlainNest> merge(PlainNest first, PlainNest second) {
    return together(first, second)
        .filter(both -> run(both) >= Math.min(RUN, Math.max(run(first), run(second))));
  }

  /** How long the innermost loop is, when even loops are joined. */
  private static int run(PlainNest nest) {
    List<LoopVar> loops = nest.folds() ? nest.reduced() : nest.loops();
    return loops.isEmpty() ? RUN : Collapse.run(loops, turn(nest)).loops().getLast().extent();
  }

  private static Optional<PlainNest> together(PlainNest first, PlainNest second) {
    if (!first.folds() && !second.folds()) {
      return (same(first.loops(), second.loops()) && meetInPlace(first.after(), second.after()))
          ? Optional.of(after(first, second))
          : Optional.empty();
    }
    boolean bothFold = first.folds() && second.folds();
    boolean fits =
        bothFold
            ? (same(first.loops(), second.loops()) && same(first.reduced(), second.reduced()))
            : same(all(first), all(second));
    boolean isOrderKept =
        isApart(results(first), turn(second))
            && isApart(results(second), turn(first))
            && meetInPlace(results(first), results(second))
            && meetInPlace(turn(first), turn(second));
    boolean isSmall = (first.before().size() + second.before().size()) / 2 <= SUMS;
    return (fits && isSmall && isOrderKept) ? Optional.of(turns(first, second)) : Optional.empty();
  }

  private static PlainNest after(PlainNest first, PlainNest second) {
    return new PlainNest(
        first.loops(),
        List.of(),
        List.of(),
        List.of(),
        joined(first.after(), second.after()),
        List.of());
  }

  private static PlainNest turns(PlainNest first, PlainNest second) {
    PlainNest fold = first.folds() ? first : second;
    return new PlainNest(
        fold.loops(),
        joined(first.before(), second.before()),
        fold.reduced(),
        joined(turn(first), turn(second)),
        joined(results(first), results(second)),
        List.of());
  }

  /** What is done in each turn of all loops. */
  private static List<Stmt> turn(PlainNest nest) {
    return nest.folds() ? nest.step() : nest.after();
  }

  /** What is done with what is folded. */
  private static List<Stmt> results(PlainNest nest) {
    return nest.folds() ? nest.after() : List.of();
  }

  private static List<LoopVar> all(PlainNest nest) {
    return joined(nest.loops(), nest.reduced());
  }

  private static boolean same(List<LoopVar> first, List<LoopVar> second) {
    return new HashSet<>(first).equals(new HashSet<>(second));
  }

  private static <T> List<T> joined(List<T> first, List<T> second) {
    return Stream.concat(first.stream(), second.stream()).toList();
  }

  private static boolean isApart(List<Stmt> results, List<Stmt> other) {
    List<Access> others = Access.of(other);
    return Access.of(results).stream()
        .allMatch(access -> others.stream().noneMatch(access::conflicts));
  }

  /** Whether what one writes the other touches at the same place alone. */
  private static boolean meetInPlace(List<Stmt> first, List<Stmt> second) {
    List<Access> others = Access.of(second);
    return Access.of(first).stream()
        .allMatch(
            access ->
                others.stream()
                    .filter(access::conflicts)
                    .allMatch(other -> access.place().equals(other.place())));
  }
}
