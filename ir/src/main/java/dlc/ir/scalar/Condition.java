// SPDX-License-Identifier: Apache-2.0
package dlc.ir.scalar;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** Tests on indices that must all hold. None at all always holds. */
public record Condition(List<Test> tests) {

  /** One test. */
  public sealed interface Test permits InRange, Divisible {
    Index index();

    /** The same test of another index. */
    Test of(Index index);

    /** Whether it holds for every value of the index. */
    boolean alwaysHolds();
  }

  /** {@code low <= index < high}. */
  public record InRange(Index index, int low, int high) implements Test {
    @Override
    public InRange of(Index other) {
      return new InRange(other, low, high);
    }

    @Override
    public boolean alwaysHolds() {
      return low <= index.min() && index.max() < high;
    }

    @Override
    public String toString() {
      return low + " <= " + index + " < " + high;
    }
  }

  /** {@code index} is a multiple of {@code divisor}. */
  public record Divisible(Index index, int divisor) implements Test {
    @Override
    public Divisible of(Index other) {
      return new Divisible(other, divisor);
    }

    @Override
    public boolean alwaysHolds() {
      return index.mod(divisor).equals(Index.ZERO);
    }

    @Override
    public String toString() {
      return index + " divides by " + divisor;
    }
  }

  public static final Condition ALWAYS = new Condition(List.of());

  public Condition {
    tests =
        tests.isEmpty()
            ? List.of()
            : tests.stream().filter(test -> !test.alwaysHolds()).distinct().toList();
  }

  public static Condition inRange(Index index, int low, int high) {
    return new Condition(List.of(new InRange(index, low, high)));
  }

  public static Condition divisible(Index index, int divisor) {
    return new Condition(List.of(new Divisible(index, divisor)));
  }

  public Condition and(Condition other) {
    if (other.always()) {
      return this;
    }
    List<Test> all = new ArrayList<>(tests);
    all.addAll(other.tests);
    return new Condition(all);
  }

  /** Whether there is nothing to test. */
  public boolean always() {
    return tests.isEmpty();
  }

  /** Whether an index is out of its range whatever the loops count. */
  public boolean neverHolds() {
    return tests.stream()
        .anyMatch(
            test ->
                test instanceof InRange(Index index, int low, int high)
                    && (index.max() < low || index.min() >= high));
  }

  public boolean dependsOn(LoopVar loop) {
    return tests.stream().anyMatch(test -> test.index().dependsOn(loop));
  }

  /**
   * What stands for counters that a test bounds alone: the counters of loops that make only the
   * turns in which it can hold, from there on.
   */
  public Map<LoopVar, Index> narrowed() {
    Map<LoopVar, Index> narrowed = new HashMap<>();
    for (Test test : tests) {
      if (test instanceof InRange(Index index, int low, int high)
          && index.terms().size() == 1
          && index.terms().getFirst().coefficient() == 1
          && index.terms().getFirst().atom() instanceof LoopVar loop) {
        int first = Math.max(0, low - index.constant());
        int end = Math.min(loop.extent(), high - index.constant());
        if (end > first) {
          narrowed.put(loop, new LoopVar(loop.name(), end - first).index().plus(first));
        }
      }
    }
    return narrowed;
  }

  /** The same tests of rewritten indices. */
  public Condition map(UnaryOperator<Index> rewriting) {
    return always()
        ? this
        : new Condition(
            tests.stream().map(test -> test.of(rewriting.apply(test.index()))).toList());
  }

  @Override
  public String toString() {
    return tests.stream().map(Object::toString).collect(Collectors.joining(" and "));
  }
}
