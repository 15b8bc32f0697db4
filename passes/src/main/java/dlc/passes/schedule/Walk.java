// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
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
 * second cache, they are cut into chunks that fit, which go around all others.
 *
 * @param shared the loops that both operands use, outermost
 * @param around the loops of the operand whose tile stays
 * @param within the loops of the other, innermost
 * @param chunk how many turns of {@code within} make a chunk, 0 for all
 * @param cost the estimated time, in vector instructions
 */
record Walk(
    List<LoopVar> shared, List<LoopVar> around, List<LoopVar> within, long chunk, double cost) {

  /** How many elements the first cache holds, and the second; most processors have more. */
  private static final double FIRST_CACHE = 8192;

  private static final double SECOND_CACHE = 200_000;

  /** Bringing an element from the second cache, and from beyond it. */
  private static final double NEAR = 0.2;

  private static final double FAR = 0.6;

  /** Writing a result far from the one before. */
  private static final double UNEVEN = 0.5;

  /**
   * What an operand brings to a tile.
   *
   * @param loops those around the tile that this operand uses alone
   * @param tile how many elements a tile reads
   * @param unevenness how much longer they take than in a row
   * @param meets whether they meet in few places of the first cache, and do not stay there
   */
  record Side(List<LoopVar> loops, double tile, double unevenness, boolean meets) {

    long turns() {
      return PlainNest.product(loops);
    }

    double all() {
      return turns() * tile;
    }
  }

  /**
   * The order in which {@code x} is around {@code y}, as results lie in memory, unless the other
   * one saves more than walking {@code results} unevenly costs.
   */
  static Walk plan(List<LoopVar> shared, Side x, Side y, double results) {
    Walk even = of(shared, x, y);
    Walk uneven = of(shared, y, x);
    return uneven.cost + UNEVEN * results < even.cost ? uneven : even;
  }

  private static Walk of(List<LoopVar> shared, Side outer, Side inner) {
    double turns = PlainNest.product(shared);
    double all = outer.all() + inner.all();
    boolean outerFits = !outer.meets && outer.tile + inner.tile <= 2 * FIRST_CACHE;
    boolean stays = outerFits || inner.turns() == 1;
    double outerNear = stays ? outer.all() : outer.all() * inner.turns();
    boolean innerFits = !inner.meets && inner.all() + outer.tile <= FIRST_CACHE;
    boolean innerStays = innerFits || outer.turns() == 1;
    double innerNear = innerStays ? inner.all() : inner.all() * outer.turns();
    long chunk = 0;
    double outerFar = outer.all();
    double innerFar = inner.all();
    if (outer.turns() > 1 && inner.all() + outer.tile > SECOND_CACHE) {
      long fits = (long) ((SECOND_CACHE - outer.tile) / inner.tile);
      if (fits >= 2) {
        chunk = divisor(inner.turns(), fits);
      }
      if (chunk > 0) {
        boolean allFits = outer.all() + inner.tile <= SECOND_CACHE / 2;
        long chunks = inner.turns() / chunk;
        outerFar = allFits ? outer.all() : outer.all() * chunks;
      } else {
        innerFar = inner.all() * outer.turns();
      }
    }
    double near = outerNear * outer.unevenness + innerNear * inner.unevenness;
    double far = all * turns <= SECOND_CACHE ? 0 : outerFar + innerFar;
    double cost = all * turns <= FIRST_CACHE ? 0 : turns * (NEAR * near + FAR * far);
    return new Walk(shared, outer.loops, inner.loops, chunk, cost);
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

  /** The loops, the outermost first. */
  List<LoopVar> loops() {
    List<LoopVar> middle =
        chunk == 0 ? around : Stream.concat(Stream.of(chunks()), around.stream()).toList();
    List<LoopVar> inner = chunk == 0 ? within : List.of(turn());
    return Stream.of(shared, middle, inner)
        .flatMap(List::stream)
        .filter(loop -> loop.extent() > 1)
        .toList();
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
    return new LoopVar("c", (int) (PlainNest.product(within) / chunk));
  }

  private LoopVar turn() {
    return new LoopVar("m", (int) chunk);
  }
}
