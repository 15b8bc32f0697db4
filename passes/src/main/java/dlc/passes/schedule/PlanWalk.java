// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds the best order of the tiles of a contraction. */
final class PlanWalk {

  /** The size of an element of f32, in which sums are planned that no matrices make. */
  static final double WIDE = 1;

  /** That of bf16. */
  private static final double NARROW = 0.5;

  private final List<LoopVar> loops;
  private final List<LoopVar> reduced;
  private final List<StagedOperand> operands;
  private final ReadRows read;
  private final Index target;

  /** How many elements are read and written when a sum is done. */
  private final long accesses;

  /**
   * @param target where results are stored
   * @param accesses how many elements are read and written when a sum is done
   */
  PlanWalk(PlainNest nest, List<StagedOperand> operands, Index target, long accesses) {
    this.loops = nest.loops();
    this.reduced = nest.reduced();
    this.operands = operands;
    this.read = new ReadRows(operands, nest.reduced());
    this.target = target;
    this.accesses = accesses;
  }

  /** The best order of the tiles of {@code form}, which reads matrices where they lie. */
  Walk of(PlanMatrices.Form form) {
    List<Integer> copied = form.isCopied() ? List.of(0, 1) : List.of(form.wide());
    List<Axis> across = List.of(form.columns());
    LoopVar terms = form.sum().loop();
    return of(NARROW, form.wide(), copied, form.rows(), across, terms, List.of());
  }

  /**
   * The best order of the tiles of operand {@code wide}, blocked along {@code xAxes}, and of the
   * other, blocked along {@code down}.
   *
   * @param size what an element takes of what one of f32 takes
   */
  Walk of(
      double size,
      int wide,
      List<Integer> panels,
      @Nullable Axis down,
      List<Axis> xAxes,
      LoopVar lane,
      List<Integer> inParts) {
    List<Axis> axes = new ArrayList<>(xAxes);
    if (down != null) {
      axes.add(down);
    }
    StagedOperand x = operands.get(wide);
    StagedOperand y = operands.get(1 - wide);
    List<LoopVar> shared = new ArrayList<>();
    List<LoopVar> mine = new ArrayList<>();
    List<LoopVar> others = new ArrayList<>();
    for (LoopVar loop : loops) {
      Optional<Axis> axis = axes.stream().filter(each -> each.loop().equals(loop)).findFirst();
      LoopVar blocks = axis.map(Axis::blocks).orElse(loop);
      (x.uses(loop) ? y.uses(loop) ? shared : mine : others).add(blocks);
    }
    Map<LoopVar, Integer> spans = spans(reduced);
    axes.forEach(
        axis -> spans.put(axis.loop(), Math.min(axis.loop().extent(), axis.size() * axis.width())));
    Walk.Side wideSide = side(size, wide, wide, mine, spans, panels, lane);
    Walk.Side otherSide = side(size, 1 - wide, wide, others, spans, panels, lane);
    Walk.Results results = new Walk.Results(PlainNest.product(loops), accesses);
    long sum = PlainNest.product(reduced);
    return farthest(x, y) >= farthest(y, x)
        ? Walk.plan(shared, wideSide, otherSide, results, sum, inParts)
        : Walk.plan(shared, otherSide, wideSide, results, sum, inParts);
  }

  private Walk.Side side(
      double size,
      int number,
      int wide,
      List<LoopVar> blocks,
      Map<LoopVar, Integer> spans,
      List<Integer> panels,
      LoopVar lane) {
    ReadRows.Rows own = read.of(number, panels, number == wide ? lane : null);
    double tile = size * tile(operands.get(number), panels.contains(number), spans, lane);
    return new Walk.Side(blocks, tile, own.unevenness(), own.count(), own.staying());
  }

  /** How far apart the results are that a loop of {@code mine} alone makes. */
  private int farthest(StagedOperand mine, StagedOperand other) {
    return loops.stream()
        .filter(loop -> mine.uses(loop) && !other.uses(loop))
        .mapToInt(loop -> Math.abs(target.stride(loop)))
        .max()
        .orElse(0);
  }

  /** How many elements a tile reads of {@code operand}: in panels no line has others besides. */
  private static double tile(
      StagedOperand operand, boolean inPanels, Map<LoopVar, Integer> spans, LoopVar lane) {
    boolean hasRows = !inPanels && !operand.drivers().isEmpty();
    if (!hasRows) {
      return operand.elements(spans);
    }
    int along = operand.contiguousAxis(lane);
    return operand.footprint(spans, along >= 0 ? along : operand.drivers().size() - 1);
  }

  private static Map<LoopVar, Integer> spans(List<LoopVar> loops) {
    Map<LoopVar, Integer> spans = new HashMap<>();
    loops.forEach(loop -> spans.put(loop, loop.extent()));
    return spans;
  }
}
