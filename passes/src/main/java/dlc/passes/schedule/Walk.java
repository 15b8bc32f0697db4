// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import dlc.ir.scalar.Condition;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The order in which the tiles of a contraction are computed, and an estimate of what it costs to
 * bring the operands of all tiles through the caches.
 *
 * <p>The loops that only one operand uses run inside of those that only the other uses: the tile of
 * the latter then stays in the first cache. Where what the inner loops read is too large for the
 * second cache, they are cut into chunks that fit, which go around all others. So they are where it
 * is most of what is read: threads that share out the chunks then read a part of it each, and
 * weights from the cache of the processor that has updated them.
 *
 * <p>Long sums are made in parts where that lets tiles stay in the first cache: all tiles of a
 * chunk add one part of the sum to what they have, before any goes on with the next.
 *
 * @param shared the loops that both operands use, outermost
 * @param around the loops of the operand whose tile stays
 * @param within the loops of the other, innermost
 * @param chunk how many turns of {@code within} make a chunk, 0 for all; the last one has fewer if
 *     they do not come out even
 * @param parts how many parts the sum is made in
 * @param cost the estimated time, in vector instructions
 */
record Walk(
    List<LoopVar> shared,
    List<LoopVar> around,
    List<LoopVar> within,
    long chunk,
    int parts,
    double cost) {

  /** How many elements the first cache holds; most processors have more. */
  private static final double FIRST_CACHE = 8192;

  /** The second cache holds so many times as many rows that meet as the first. */
  private static final int IN_SECOND = 16;

  /** Bringing an element from the second cache, and from beyond it. */
  private static final double NEAR = 0.2;

  private static final double FAR = 0.6;

  /** Writing a result far from the one before, where the second cache holds all of them. */
  private static final double UNEVEN = 0.5;

  /** Reading or writing what belongs to a result far from the one before, where it does not. */
  private static final double UNEVEN_FAR = 2;

  /** What lies here and there takes so many times longer at most, when it is read once. */
  private static final double ONCE = 2;

  /** So many chunks, at least, are shared out among threads. */
  private static final int ENOUGH_CHUNKS = 8;

  /** Of an operand of so many times as many elements each thread walks a part of its own. */
  private static final int MUCH = 2;

  /**
   * What an operand brings to a tile.
   *
   * @param loops those around the tile that this operand uses alone
   * @param tile how many elements a tile reads
   * @param unevenness how much longer they take than in a row
   * @param rows how many rows lie at even distances
   * @param staying how many rows can stay in the first cache: fewer where they meet in few places
   */
  record Side(List<LoopVar> loops, double tile, double unevenness, long rows, long staying) {

    /** Whether those of {@code turns} of the sum do not stay in the first cache. */
    boolean meets(long turns) {
      return Math.min(rows, turns) > staying;
    }

    long turns() {
      return PlainNest.product(loops);
    }

    /** Where each tile of this side meets one of the {@code other}, nothing has to stay. */
    double unevenness(Side other) {
      return other.turns() == 1 ? Math.min(unevenness, ONCE) : unevenness;
    }

    /**
     * What comes from the second cache again for each tile of {@code other} takes longer only where
     * the rows of so many {@code turns} of the sum do not stay there, either.
     */
    double again(Side other, long turns) {
      boolean stay = Math.min(rows, turns) <= IN_SECOND * staying;
      return stay && other.turns() > 1 ? 1 : unevenness(other);
    }

    double all() {
      return turns() * tile;
    }
  }

  /**
   * What a contraction makes.
   *
   * @param count how many elements
   * @param accesses how often memory is read or written for one when its sum is done
   */
  record Results(double count, long accesses) {

    /** What it costs to make them in another order than they lie in. */
    double unevenness() {
      return count <= Caches.SECOND ? UNEVEN * count : UNEVEN_FAR * count * accesses;
    }
  }

  /**
   * The order in which {@code x} is around {@code y}, as results lie in memory, unless the other
   * one saves more than walking the results unevenly costs. A {@code sum} of so many products can
   * be made in {@code parts}.
   */
  static Walk plan(
      List<LoopVar> shared, Side x, Side y, Results results, long sum, List<Integer> parts) {
    List<Walk> walks = new ArrayList<>();
    walks.add(whole(shared, x, y));
    walks.add(whole(shared, y, x).plus(results.unevenness()));
    for (int count : parts) {
      walks.add(inParts(shared, x, y, results.count, sum, count));
      walks.add(inParts(shared, y, x, results.count, sum, count));
    }
    return Collections.min(walks, Comparator.comparingDouble(Walk::cost));
  }

  private Walk plus(double more) {
    return new Walk(shared, around, within, chunk, parts, cost + more);
  }

  /**
   * With the sum in parts: a chunk's tiles of {@code inner}, one of {@code outer}, and the sums are
   * in the second cache, and one tile of each in the first.
   */
  private static Walk inParts(
      List<LoopVar> shared, Side outer, Side inner, double results, long sum, int parts) {
    double turns = PlainNest.product(shared);
    double outerTile = outer.tile / parts;
    double innerTile = inner.tile / parts;
    double sums = results / turns / inner.turns();
    long fits = (long) ((Caches.SECOND - 2 * outerTile) / (innerTile + sums));
    long chunk = Math.min(fits, Math.ceilDiv(inner.turns() * (long) turns, ENOUGH_CHUNKS));
    if (chunk < 2 || chunk > inner.turns() || outerTile + innerTile > 2 * FIRST_CACHE) {
      return new Walk(shared, outer.loops, inner.loops, 0, 1, Double.POSITIVE_INFINITY);
    }
    double chunks = Math.ceilDiv(inner.turns(), chunk);
    double again = outer.meets(sum / parts) ? inner.turns() : chunks;
    double near = outer.all() * outer.unevenness * again;
    near += inner.all() * inner.again(outer, sum / parts) * outer.turns();
    near += 2 * results / turns * (parts - 1);
    double far = outer.all() * chunks + inner.all();
    double cost = turns * (NEAR * near + FAR * far);
    return new Walk(shared, outer.loops, inner.loops, chunk, parts, cost);
  }

  private static Walk whole(List<LoopVar> shared, Side outer, Side inner) {
    double turns = PlainNest.product(shared);
    double all = outer.all() + inner.all();
    boolean outerFits = !outer.meets(outer.rows) && outer.tile + inner.tile <= 2 * FIRST_CACHE;
    boolean innerFits = !inner.meets(inner.rows) && inner.all() + outer.tile <= FIRST_CACHE;
    boolean allInSecond = inner.all() + outer.tile <= Caches.SECOND;
    long chunk = outer.turns() == 1 ? 0 : chunk(outer, inner);
    long chunks = chunk == 0 ? 1 : Math.ceilDiv(inner.turns(), chunk);
    double outerNear = outer.all() * (outerFits ? chunks : inner.turns());
    double near = outerNear * outer.unevenness(inner);
    double innerNear = innerFits ? inner.all() : inner.all() * outer.turns();
    boolean fromSecond = chunk > 0 || allInSecond;
    near += innerNear * (fromSecond ? inner.again(outer, inner.rows) : inner.unevenness(outer));
    double far = 0;
    if (all * turns > Caches.SECOND) {
      boolean outerInSecond = outer.all() + inner.tile <= Caches.SECOND / 2;
      far += outerInSecond ? outer.all() : outer.all() * chunks;
      far += fromSecond ? inner.all() : inner.all() * outer.turns();
    }
    double cost = all * turns <= FIRST_CACHE ? 0 : turns * (NEAR * near + FAR * far);
    return new Walk(shared, outer.loops, inner.loops, chunk, 1, cost);
  }

  /**
   * How many turns of {@code inner} make a chunk, 0 for all: as many as the second cache holds, and
   * where it has the most elements, few enough for all threads to have chunks of their own.
   */
  private static long chunk(Side outer, Side inner) {
    long most = inner.turns();
    if (inner.all() + outer.tile > Caches.SECOND) {
      most = (long) ((Caches.SECOND - outer.tile) / inner.tile);
    }
    if (inner.all() > MUCH * outer.all() && inner.turns() >= 2 * ENOUGH_CHUNKS) {
      most = Math.min(most, Math.ceilDiv(inner.turns(), ENOUGH_CHUNKS));
    }
    if (most < 2 || most >= inner.turns()) {
      return 0;
    }
    long even = divisor(inner.turns(), most);
    return even > 0 ? even : most;
  }

  /** The greatest divisor of {@code number} up to {@code limit} that is not too far below, or 0. */
  private static long divisor(long number, long limit) {
    for (long divisor = limit; divisor >= 2 && divisor > limit / 4; divisor--) {
      if (number % divisor == 0) {
        return divisor;
      }
    }
    return 0;
  }

  /** The loops whose turns can be shared out among threads, the outermost first. */
  List<LoopVar> loops() {
    if (parts > 1) {
      return several(Stream.concat(shared.stream(), Stream.of(chunks())));
    }
    List<LoopVar> inner = chunk == 0 ? within : List.of(turn());
    Stream<LoopVar> outer = chunk == 0 ? shared.stream() : joined(shared, List.of(chunks()));
    return several(Stream.of(outer, around.stream(), inner.stream()).flatMap(each -> each));
  }

  /** The loops inside of those, around the tile; the first is that of the parts of the sum. */
  List<LoopVar> inner() {
    if (parts == 1) {
      return List.of();
    }
    Stream<LoopVar> tiles = joined(around, List.of(turn()));
    return Stream.concat(Stream.of(part()), several(tiles).stream()).toList();
  }

  private static Stream<LoopVar> joined(List<LoopVar> first, List<LoopVar> second) {
    return Stream.concat(first.stream(), second.stream());
  }

  private static List<LoopVar> several(Stream<LoopVar> loops) {
    return loops.filter(loop -> loop.extent() > 1).toList();
  }

  /** The loop over the parts of the sum. */
  LoopVar part() {
    return new LoopVar("k", parts);
  }

  /** Where a turn of a chunk is one of {@code within}: not all are in the last chunk. */
  Condition inside() {
    long turns = PlainNest.product(within);
    return chunk == 0 || turns % chunk == 0
        ? Condition.ALWAYS
        : Condition.inRange(flat(), 0, (int) turns);
  }

  /** What to put for {@code within} when there are chunks. */
  Map<LoopVar, Index> places() {
    if (chunk == 0) {
      return Map.of();
    }
    List<Index> parts = Index.delinear(flat(), within.stream().map(LoopVar::extent).toList());
    Map<LoopVar, Index> places = new HashMap<>();
    for (int i = 0; i < within.size(); i++) {
      places.put(within.get(i), parts.get(i));
    }
    return places;
  }

  private Index flat() {
    return chunks().index().times((int) chunk).plus(turn().index());
  }

  private LoopVar chunks() {
    return new LoopVar("chunk", (int) Math.ceilDiv(PlainNest.product(within), chunk));
  }

  private LoopVar turn() {
    return new LoopVar("m", (int) chunk);
  }
}
