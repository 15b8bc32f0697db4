// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import dlc.ir.kernel.Stmt;
import dlc.ir.kernel.Target;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import dlc.ir.scalar.Scalar;
import dlc.ir.scalar.Space;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the tile of a contraction by an estimate of the vector instructions that each way takes.
 *
 * <p>A turn of the innermost loop takes as long as its multiplications, or its loads, or the
 * latency of a chain of sums, whichever is longest.
 */
final class PlanTiling {

  private static final int LATENCY = 10;

  /** Counting turns and moving addresses. */
  private static final double OVERHEAD = 1.5;

  private static final int MAX_VECTORS = 4;

  /** How many products a part of a sum has, when it is made in parts. */
  private static final int SHORT_PART = 128;

  private static final int LONG_PART = 512;

  /** Sums that are made in parts wait in memory of their own, which is not to be large. */
  private static final int MOST_SUMS = 2_000_000;

  /** Elements that are a multiple of so many apart are slow to write, even where few meet. */
  private static final int SLOW_STEP = 512;

  private static final double LOAD = 0.8;

  /** Reading a vector that does not begin where a cache line does reads two lines. */
  private static final double ACROSS_LINES = 2.5;

  /** What bringing elements costs even while there is enough to compute. */
  private static final double INTERFERENCE = 0.5;

  private static final double COPY_STRAIGHT = 0.2;
  private static final double COPY_TURNED = 5;

  /** Reading with a condition in the innermost loop. */
  private static final double CONDITIONAL = 2.5;

  /** Ways that take so many times what another one does are left out. */
  private static final double HOPELESS = 2;

  /** So many ways there are, at least, for who measures them. */
  private static final int ENOUGH = 12;

  /** Half the lanes do more than half of the work: they are cheaper to run. */
  private static final double HALF_VECTOR = 0.95;

  private final List<LoopVar> loops;
  private final List<LoopVar> reduced;
  private final List<StagedOperand> operands;
  private final PlanWalk walks;
  private final Index target;
  private final int lanes;
  private final int registers;

  /** How many elements are read and written when a sum is done. */
  private final long accesses;

  /** In how many parts the sum may be made. */
  private final List<Integer> parts;

  /** A tile, and what it takes without what its operands take to come through the caches. */
  private record Way(double cost, Supplier<List<Tiling>> tilings) {}

  private final List<Way> ways = new ArrayList<>();

  /**
   * The vectors along a loop by which the rows of the other operand are multiplied.
   *
   * @param wide which operand they are of
   * @param lines how many cache lines, about, one is read from
   * @param staging what copies of the operands cost
   */
  private record Vectors(LoopVar lane, int wide, int width, double lines, double staging) {}

  private PlanTiling(
      PlainNest nest, List<StagedOperand> operands, Index target, int lanes, Target processor) {
    this.loops = nest.loops();
    this.reduced = nest.reduced();
    this.operands = operands;
    this.target = target;
    this.lanes = lanes;
    this.registers = processor.vectorRegisters();
    this.accesses = accesses(nest.after());
    this.parts = parts(nest);
    this.walks = new PlanWalk(nest, operands, target, accesses);
  }

  private static long accesses(List<Stmt> statements) {
    long[] count = {0};
    Rewriting.visitScalars(
        statements,
        scalar -> {
          if (scalar instanceof Scalar.Load load && load.buffer().space() == Space.GLOBAL) {
            count[0]++;
          }
        });
    return count[0] + statements.stream().filter(Stmt.Store.class::isInstance).count();
  }

  private static List<Integer> parts(PlainNest nest) {
    int turns = nest.reduced().getFirst().extent();
    List<Integer> parts = new ArrayList<>();
    for (int count = 2; count <= turns && nest.elements() <= MOST_SUMS; count++) {
      long part = nest.turns() / count;
      if (turns % count == 0 && part >= SHORT_PART && part <= LONG_PART) {
        parts.add(count);
      }
    }
    return parts;
  }

  /**
   * The tilings there are, the best first; none where there is no loop to vectorize.
   *
   * @param target where results are stored
   * @param bestAlone whether others may be missing
   */
  static List<Tiling> plan(
      PlainNest nest,
      List<StagedOperand> operands,
      Index target,
      int lanes,
      Target processor,
      boolean bestAlone) {
    PlanTiling planner = new PlanTiling(nest, operands, target, lanes, processor);
    for (int width = lanes; width >= Math.max(4, lanes / 4) || width == lanes; width /= 2) {
      planner.outerForms(width);
      planner.dotForms(width);
    }
    PlanMatrices.of(nest, operands, processor).forEach(planner::matrixForm);
    return bestAlone ? planner.best(1, 1) : planner.best(HOPELESS, ENOUGH);
  }

  /**
   * Only ways that may be near the best are looked at closely, as there are hundreds: those that
   * take at most {@code share} of its time, and {@code enough} of them.
   */
  private List<Tiling> best(double share, int enough) {
    ways.sort(Comparator.comparingDouble(Way::cost));
    List<Tiling> tilings = new ArrayList<>();
    double least = Double.POSITIVE_INFINITY;
    for (Way way : ways) {
      if (way.cost > share * least && tilings.size() >= enough) {
        break;
      }
      for (Tiling tiling : way.tilings.get()) {
        tilings.add(tiling);
        least = Math.min(least, tiling.cost());
      }
    }
    tilings.sort(Comparator.comparingDouble(Tiling::cost));
    return tilings;
  }

  private void outerForms(int width) {
    for (LoopVar lane : loops) {
      for (int wide = 0; wide < 2; wide++) {
        StagedOperand x = operands.get(wide);
        StagedOperand y = operands.get(1 - wide);
        if (canBeWide(x, lane) && !y.uses(lane)) {
          outerForms(lane, wide, width);
        }
      }
    }
  }

  private void matrixForm(PlanMatrices.Form form) {
    double store = accesses * storing(target.stride(form.columns().loop()), lanes) / lanes;
    double computing = form.computing() + store * PlainNest.product(loops);
    ways.add(
        new Way(
            computing + form.staging(),
            () -> {
              Walk walk = walks.of(form);
              double total = computing + INTERFERENCE * walk.cost() + form.staging();
              return List.of(form.tiling(walk, total));
            }));
  }

  /** Whether the sums, the vectors that are multiplied by all rows, and one more have registers. */
  private boolean fits(int sums, int vectors) {
    return sums <= registers * 3 / 4 && sums + vectors < registers;
  }

  private static boolean canBeWide(StagedOperand operand, LoopVar lane) {
    return operand.contiguousAxis(lane) >= 0
        && (operand.isReadyAlong(lane) || operand.isStageable());
  }

  private void outerForms(LoopVar lane, int wide, int width) {
    StagedOperand x = operands.get(wide);
    StagedOperand y = operands.get(1 - wide);
    double lines = x.isAcrossLines(lane, reduced) ? ACROSS_LINES : 1;
    double staging = stagingCost(x, lane) + stagingCost(y, null);
    Vectors along = new Vectors(lane, wide, width, lines, staging);
    int vectors = Math.ceilDiv(lane.extent(), width);
    for (LoopVar rows : rows(x, y)) {
      for (int perBlock = 1; perBlock <= Math.min(vectors, MAX_VECTORS); perBlock++) {
        List<LoopVar> more =
            perBlock == vectors ? withNone(only(x, y, loops, lane)) : withNone(List.of());
        for (LoopVar columns : more) {
          for (int height = 1;
              height <= (rows == null ? 1 : Math.min(rows.extent(), 14));
              height++) {
            for (int depth = 1;
                depth <= (columns == null ? 1 : Math.min(columns.extent(), 6));
                depth++) {
              if (!fits(height * perBlock * depth, perBlock * depth)) {
                break;
              }
              if (columns != null && (depth == 1 || columns.extent() % depth != 0)) {
                continue;
              }
              add(along, perBlock, rows, height, columns, depth);
            }
          }
        }
      }
    }
  }

  private void add(
      Vectors along,
      int perBlock,
      @Nullable LoopVar rows,
      int height,
      @Nullable LoopVar columns,
      int depth) {
    StagedOperand x = operands.get(along.wide);
    StagedOperand y = operands.get(1 - along.wide);
    Axis across = Axis.vectors(along.lane, perBlock, along.width);
    Axis down = rows == null ? null : Axis.of(rows, height);
    Axis deep = columns == null ? null : Axis.of(columns, depth);
    double others = (double) PlainNest.product(loops) / along.lane.extent();
    others /= rows == null ? 1 : rows.extent();
    others /= columns == null ? 1 : columns.extent();
    double turns = PlainNest.product(reduced);
    double cost = 0;
    for (int columnCount : across.sizes()) {
      for (int rowCount : sizes(down)) {
        int tile = columnCount * rowCount * depth;
        int vectors = columnCount * depth * (rows != null && x.uses(rows) ? rowCount : 1);
        double step = step(tile, vectors * along.lines + rowCount) * speed(along.width);
        double store = accesses * storing(target.stride(along.lane), along.width);
        double blocks =
            count(across, columnCount)
                * count(down, rowCount)
                * (deep == null ? 1 : deep.units() / (double) depth);
        cost += others * blocks * (turns * step + tile * store + LATENCY);
      }
    }
    cost *= y.load().when().always() || y.isStageable() ? 1 : CONDITIONAL;
    double computing = cost;
    ways.add(
        new Way(computing + along.staging, () -> tilings(along, across, down, deep, computing)));
  }

  /** With each choice of panels. */
  private List<Tiling> tilings(
      Vectors along, Axis across, @Nullable Axis down, @Nullable Axis deep, double computing) {
    LoopVar lane = along.lane;
    int wide = along.wide;
    List<Tiling> tilings = new ArrayList<>();
    List<Axis> xAxes = deep == null ? List.of(across) : List.of(across, deep);
    LoopVar columns = deep == null ? null : deep.loop();
    for (List<Integer> panels : Panels.choices(operands, wide, across, down, columns)) {
      Walk walk = walks.of(PlanWalk.WIDE, wide, panels, down, xAxes, lane, parts);
      double copies = along.staging;
      for (int operand : panels) {
        copies += Panels.cost(operands.get(operand), operand == wide ? lane : null);
      }
      double total = overlapped(computing, walk.cost()) + copies;
      tilings.add(new Tiling(Tiling.Form.OUTER, wide, across, down, deep, panels, walk, total));
    }
    return tilings;
  }

  /** Writing a vector: elements that are not side by side are written one by one. */
  private static double storing(int stride, int width) {
    if (stride == 1) {
      return 3;
    }
    return (stride % SLOW_STEP == 0 ? 8 : 2.5) * width;
  }

  private static double step(int products, double loads) {
    return Math.max(products, Math.max(LOAD * loads, LATENCY)) + OVERHEAD;
  }

  private static double overlapped(double computing, double streaming) {
    return Math.max(computing, streaming) + INTERFERENCE * streaming;
  }

  private double speed(int width) {
    double speed = 1;
    for (int w = width; w < lanes; w *= 2) {
      speed *= HALF_VECTOR;
    }
    return speed;
  }

  private static List<Integer> sizes(@Nullable Axis axis) {
    return axis == null ? List.of(1) : axis.sizes();
  }

  /** How many blocks of that size there are. */
  private static double count(@Nullable Axis axis, int size) {
    if (axis == null) {
      return 1;
    }
    return size == axis.size() ? Math.max(1, axis.units() / axis.size()) : 1;
  }

  private double stagingCost(StagedOperand operand, @Nullable LoopVar lane) {
    if (lane == null ? operand.isReady() : operand.isReadyAlong(lane)) {
      return 0;
    }
    boolean straight = lane == null || operand.contiguousAxis(lane) == operand.drivers().size() - 1;
    return operand.stagedElements() * (straight ? COPY_STRAIGHT : COPY_TURNED) / operand.readers();
  }

  private void dotForms(int width) {
    for (LoopVar lane : reduced) {
      StagedOperand x = operands.get(0);
      StagedOperand y = operands.get(1);
      if (canBeWide(x, lane) && canBeWide(y, lane)) {
        for (LoopVar rows : withNone(only(x, y, loops))) {
          for (LoopVar columns : withNone(only(y, x, loops))) {
            dotForms(lane, width, rows, columns);
          }
        }
      }
    }
  }

  private void dotForms(
      LoopVar lane, int width, @Nullable LoopVar rows, @Nullable LoopVar columns) {
    double staging = stagingCost(operands.get(0), lane) + stagingCost(operands.get(1), lane);
    for (int height = 1; height <= (rows == null ? 1 : Math.min(rows.extent(), 10)); height++) {
      for (int across = 1;
          across <= (columns == null ? 1 : Math.min(columns.extent(), 10));
          across++) {
        if (!fits(height * across, Math.min(height, across))) {
          break;
        }
        Axis down = rows == null ? null : Axis.of(rows, height);
        Axis right = columns == null ? null : Axis.of(columns, across);
        Axis along = Axis.vectors(lane, 1, width);
        double others = (double) PlainNest.product(loops);
        others /= rows == null ? 1 : rows.extent();
        others /= columns == null ? 1 : columns.extent();
        double turns = (double) PlainNest.product(reduced) / lane.extent() * along.units();
        double cost = 0;
        for (int rowCount : sizes(down)) {
          for (int columnCount : sizes(right)) {
            int tile = rowCount * columnCount;
            double step = step(tile, rowCount + columnCount) * speed(width);
            double sumUp = tile * (2 * Integer.numberOfTrailingZeros(width) + 4);
            cost +=
                others
                    * count(down, rowCount)
                    * count(right, columnCount)
                    * (turns * step + sumUp + LATENCY);
          }
        }
        double computing = cost;
        List<Axis> xAxes = right == null ? List.of() : List.of(right);
        ways.add(
            new Way(
                computing + staging,
                () -> {
                  Walk walk = walks.of(PlanWalk.WIDE, 0, List.of(), down, xAxes, lane, List.of());
                  double total = overlapped(computing, walk.cost()) + staging;
                  return List.of(
                      new Tiling(Tiling.Form.DOT, 0, along, down, right, List.of(), walk, total));
                }));
      }
    }
  }

  /**
   * What a tile may have as rows: a loop of {@code y}, which is to be multiplied by the same
   * vectors of {@code x}. Where there is none, rows of vectors of their own keep the multipliers
   * busy.
   */
  private List<@Nullable LoopVar> rows(StagedOperand x, StagedOperand y) {
    List<LoopVar> rows = only(y, x, loops);
    return withNone(
        rows.isEmpty()
            ? loops.reversed().stream()
                .filter(loop -> x.uses(loop) && y.uses(loop) && y.isRegularIn(loop))
                .toList()
            : rows);
  }

  /** The loops that only {@code mine} uses, evenly. */
  private static List<LoopVar> only(
      StagedOperand mine, StagedOperand other, List<LoopVar> loops, LoopVar... except) {
    // The inner ones first, which win when all else is equal: their turns lie closer together.
    return loops.reversed().stream()
        .filter(loop -> mine.uses(loop) && !other.uses(loop) && mine.isRegularIn(loop))
        .filter(loop -> !List.of(except).contains(loop))
        .toList();
  }

  private static List<@Nullable LoopVar> withNone(List<LoopVar> loops) {
    List<@Nullable LoopVar> all = new ArrayList<>(loops);
    if (loops.isEmpty()) {
      all.add(null);
    }
    return all;
  }
}
