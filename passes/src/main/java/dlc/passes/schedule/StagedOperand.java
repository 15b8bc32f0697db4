// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import dlc.ir.scalar.Condition;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import dlc.ir.scalar.Scalar;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * An operand of a contraction, seen as walking a padded and spread copy of itself.
 *
 * @param load how the plain kernel reads it
 * @param drivers the coordinate in the padded and spread copy, for each dimension
 * @param steps how far the elements are spread, for each dimension
 * @param isStageable whether such a copy makes the load's condition needless
 * @param readers how many kernels, about, would read such a copy
 */
record StagedOperand(
    Scalar.Load load, List<Index> drivers, List<Integer> steps, boolean isStageable, int readers) {

  static StagedOperand of(Scalar.Load load, int readers) {
    List<Index> drivers = new ArrayList<>();
    List<Integer> steps = new ArrayList<>();
    for (Index at : load.at()) {
      boolean spread =
          at.constant() == 0
              && at.terms().size() == 1
              && at.terms().getFirst().coefficient() == 1
              && at.terms().getFirst().atom() instanceof Index.Quotient quotient
              && load.when().tests().stream()
                  .anyMatch(test -> test.index().equals(quotient.dividend()));
      if (spread) {
        Index.Quotient quotient = (Index.Quotient) at.terms().getFirst().atom();
        drivers.add(quotient.dividend());
        steps.add(quotient.divisor());
      } else {
        drivers.add(at);
        steps.add(1);
      }
    }
    return new StagedOperand(load, drivers, steps, covers(load, drivers, steps), readers);
  }

  /** Whether each test asks only for an element inside the tensor. */
  private static boolean covers(Scalar.Load load, List<Index> drivers, List<Integer> steps) {
    for (Condition.Test test : load.when().tests()) {
      int axis = drivers.indexOf(test.index());
      if (axis < 0) {
        return false;
      }
      int step = steps.get(axis);
      int size = load.buffer().type().dim(axis);
      boolean inside =
          switch (test) {
            case Condition.InRange(Index _, int low, int high) ->
                low == 0 && high == (size - 1) * step + 1;
            case Condition.Divisible(Index _, int divisor) -> divisor == step;
          };
      if (!inside) {
        return false;
      }
    }
    return true;
  }

  boolean uses(LoopVar loop) {
    for (Index driver : drivers) {
      if (driver.dependsOn(loop)) {
        return true;
      }
    }
    return false;
  }

  /** Whether every coordinate moves evenly with {@code loop}. */
  boolean isRegularIn(LoopVar loop) {
    return drivers.stream().noneMatch(driver -> driver.isIrregularIn(loop));
  }

  /** The dimension that {@code loop} walks in steps of one, alone, or -1. */
  int contiguousAxis(LoopVar loop) {
    int found = -1;
    for (int axis = 0; axis < drivers.size(); axis++) {
      if (drivers.get(axis).dependsOn(loop)) {
        if (found >= 0 || drivers.get(axis).stride(loop) != 1) {
          return -1;
        }
        found = axis;
      }
    }
    return found;
  }

  /** Whether it can be read element by element where it lies, with nothing to test or convert. */
  boolean isReady() {
    return load.when().always() && load.type() == load.buffer().type().dtype();
  }

  /** Whether it can be read in vectors along {@code loop} where it lies. */
  boolean isReadyAlong(LoopVar loop) {
    return isReady() && contiguousAxis(loop) == drivers.size() - 1;
  }

  /**
   * Whether vectors along {@code lane} begin here and there in cache lines while {@code loops} are
   * walked, as those of windows do.
   */
  boolean isAcrossLines(LoopVar lane, List<LoopVar> loops) {
    Index along = drivers.get(contiguousAxis(lane));
    return loops.stream()
        .anyMatch(loop -> (isReadyAlong(lane) ? step(loop) : along.stride(loop)) % LINE != 0);
  }

  /** A cache line. */
  private static final int LINE = 16;

  /** How many elements are read while each loop of {@code spans} makes that many turns. */
  double elements(Map<LoopVar, Integer> spans) {
    return drivers.stream().mapToDouble(driver -> extent(driver, spans)).reduce(1, (a, b) -> a * b);
  }

  /** How many come into the cache, in whole lines of dimension {@code innermost}. */
  double footprint(Map<LoopVar, Integer> spans, int innermost) {
    double extent = extent(drivers.get(innermost), spans);
    double elements = elements(spans);
    if (extent % LINE == 0) {
      return elements;
    }
    // Where rows follow each other at once, their lines are the same.
    double row = Math.max(extent, load.buffer().type().dims().get(innermost));
    return elements / extent * Math.min(extent + LINE, row);
  }

  private static double extent(Index driver, Map<LoopVar, Integer> spans) {
    double extent = 1;
    for (Map.Entry<LoopVar, Integer> span : spans.entrySet()) {
      extent += Math.abs((double) driver.stride(span.getKey())) * (span.getValue() - 1);
    }
    return extent;
  }

  /** How far apart in memory what two turns of {@code loop} read is. */
  long step(LoopVar loop) {
    List<Integer> strides = strides();
    long step = 0;
    for (int axis = 0; axis < drivers.size(); axis++) {
      step += (long) drivers.get(axis).stride(loop) * strides.get(axis);
    }
    return Math.abs(step);
  }

  /** Whether the rows of the innermost dimension are a multiple of {@code elements} apart. */
  boolean rowsMeet(int elements) {
    return load.buffer().type().rank() > 1 && load.buffer().type().dims().getLast() % elements == 0;
  }

  private List<Integer> strides() {
    return load.buffer().type().strides();
  }

  /** How many elements a staged copy has along dimension {@code axis}. */
  int extent(int axis) {
    return drivers.get(axis).max() - drivers.get(axis).min() + 1;
  }

  /** How many elements a staged copy has. */
  long stagedElements() {
    long elements = 1;
    for (int axis = 0; axis < drivers.size(); axis++) {
      elements *= extent(axis);
    }
    return elements;
  }
}
