// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds the loops that nests have in common: those that walk memory which they share in the same
 * steps.
 *
 * <p>They get the same counters. Where one nest walks in one loop what another walks in two, the
 * loop is cut in two.
 *
 * <pre>
 * serial d0 < 64 { serial d1 < 256 { x[d0, d1] = … } }     =>  w0 < 8, w1 < 8, w2 < 256
 * serial d0 < 8 { serial r0 < 2048 { … x[d0, r0] … } }     =>  w0 < 8, w1 < 8, w2 < 256
 * </pre>
 */
final class MatchRows {

  /** The nests, and the loops that all of them have. */
  record Matched(List<LoopVar> rows, List<PlainNest> nests) {}

  /** By how much the place in some memory grows with loops. */
  private record Steps(String buffer, Map<LoopVar, Long> steps) {}

  private final List<PlainNest> nests;
  private final List<List<Steps>> steps = new ArrayList<>();
  private int names;

  private MatchRows(List<PlainNest> nests) {
    this.nests = new ArrayList<>(nests);
  }

  static Matched run(List<PlainNest> nests) {
    return new MatchRows(nests).match();
  }

  private Matched match() {
    for (int i = 0; i < nests.size(); i++) {
      nests.set(i, freshly(nests.get(i), loops(i)));
      steps.add(steps(nests.get(i)));
    }
    for (int i = 1; i < nests.size(); i++) {
      for (int j = 0; j < i; j++) {
        boolean found = true;
        while (found) {
          found = matchOne(i, j);
        }
      }
    }
    List<LoopVar> rows = loops(0);
    for (int i = 1; i < nests.size(); i++) {
      rows.retainAll(loops(i));
    }
    return new Matched(List.copyOf(rows), List.copyOf(nests));
  }

  /** {@code nest} with other names for all its loops. */
  private PlainNest freshly(PlainNest nest, List<LoopVar> loops) {
    Map<LoopVar, LoopVar> names = new LinkedHashMap<>();
    loops.forEach(loop -> names.put(loop, fresh(loop.extent())));
    return renamed(nest, names);
  }

  /** {@code nest} with {@code names} for its loops. */
  static PlainNest renamed(PlainNest nest, Map<LoopVar, LoopVar> names) {
    Map<LoopVar, Index> places = new LinkedHashMap<>();
    names.forEach((loop, name) -> places.put(loop, name.index()));
    return nest.substitute(places)
        .withLoops(named(nest.loops(), names))
        .withReduced(named(nest.reduced(), names));
  }

  private static List<LoopVar> named(List<LoopVar> loops, Map<LoopVar, LoopVar> names) {
    return loops.stream()
        .map(loop -> names.getOrDefault(loop, loop))
        .filter(loop -> loop.extent() > 1)
        .toList();
  }

  private LoopVar fresh(int extent) {
    return new LoopVar("w" + names++, extent);
  }

  private List<LoopVar> loops(int nest) {
    List<LoopVar> loops = new ArrayList<>(nests.get(nest).loops());
    loops.addAll(nests.get(nest).reduced());
    return loops;
  }

  private static List<Steps> steps(PlainNest nest) {
    List<LoopVar> loops = new ArrayList<>(nest.loops());
    loops.addAll(nest.reduced());
    Set<Steps> steps = new LinkedHashSet<>();
    for (Access access : Access.of(nest)) {
      Index place = access.place();
      Map<LoopVar, Long> own = new LinkedHashMap<>();
      for (LoopVar loop : loops) {
        long step = place.isIrregularIn(loop) ? 0 : place.stride(loop);
        if (step > 0) {
          own.put(loop, step);
        }
      }
      steps.add(new Steps(access.buffer().name(), own));
    }
    return List.copyOf(steps);
  }

  /** Makes one loop of two of nests {@code i} and {@code j}, or cuts them so that it can be. */
  private boolean matchOne(int i, int j) {
    for (Steps mine : steps.get(i)) {
      for (Steps theirs : steps.get(j)) {
        if (mine.buffer().equals(theirs.buffer()) && matchOne(mine.steps(), theirs.steps())) {
          return true;
        }
      }
    }
    return false;
  }

  private boolean matchOne(Map<LoopVar, Long> mine, Map<LoopVar, Long> theirs) {
    for (Map.Entry<LoopVar, Long> own : mine.entrySet()) {
      for (Map.Entry<LoopVar, Long> other : theirs.entrySet()) {
        LoopVar loop = own.getKey();
        LoopVar row = other.getKey();
        long low = Math.max(own.getValue(), other.getValue());
        long high = Math.min(own.getValue() * loop.extent(), other.getValue() * row.extent());
        if (low < high
            && fits(loop, own.getValue(), low, high)
            && fits(row, other.getValue(), low, high)
            && areApart(loop, row)) {
          LoopVar common = fresh((int) (high / low));
          replace(loop, parts(loop, own.getValue(), low, high, common));
          replace(row, parts(row, other.getValue(), low, high, common));
          return true;
        }
      }
    }
    return false;
  }

  /** Whether no nest has both. */
  private boolean areApart(LoopVar loop, LoopVar row) {
    for (int i = 0; i < nests.size(); i++) {
      List<LoopVar> own = loops(i);
      if (own.contains(loop) && own.contains(row)) {
        return false;
      }
    }
    return true;
  }

  private static boolean fits(LoopVar loop, long step, long low, long high) {
    return low % step == 0 && high % low == 0 && step * loop.extent() % high == 0;
  }

  /** The loop in three: around, what walks from {@code low} to {@code high}, and within. */
  private List<LoopVar> parts(LoopVar loop, long step, long low, long high, LoopVar middle) {
    return List.of(fresh((int) (step * loop.extent() / high)), middle, fresh((int) (low / step)));
  }

  private void replace(LoopVar loop, List<LoopVar> parts) {
    for (int i = 0; i < nests.size(); i++) {
      if (loops(i).contains(loop)) {
        nests.set(i, replaced(nests.get(i), loop, parts));
        steps.set(i, steps(nests.get(i)));
      }
    }
  }

  /** {@code nest} with {@code parts}, one in the other, for {@code loop}. */
  static PlainNest replaced(PlainNest nest, LoopVar loop, List<LoopVar> parts) {
    Index place = Index.ZERO;
    for (LoopVar part : parts) {
      place = place.times(part.extent()).plus(part.index());
    }
    return nest.substitute(Map.of(loop, place))
        .withLoops(replaced(nest.loops(), loop, parts))
        .withReduced(replaced(nest.reduced(), loop, parts));
  }

  private static List<LoopVar> replaced(List<LoopVar> loops, LoopVar loop, List<LoopVar> parts) {
    List<LoopVar> replaced = new ArrayList<>(loops);
    int at = replaced.indexOf(loop);
    if (at >= 0) {
      replaced.remove(at);
      replaced.addAll(at, parts.stream().filter(part -> part.extent() > 1).toList());
    }
    return replaced;
  }
}
