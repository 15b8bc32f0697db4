// SPDX-License-Identifier: Apache-2.0
package dlc.ir.scalar;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;

/** Index arithmetic keeps the value of an index, whatever it rewrites. */
final class IndexTest {

  private static final LoopVar I = new LoopVar("i", 3);
  private static final LoopVar J = new LoopVar("j", 4);
  private static final LoopVar K = new LoopVar("k", 5);

  /** An index and what it is meant to be, built side by side. */
  private record Twin(Index index, IntSupplier meaning) {}

  private final int[] counters = new int[3];

  @Test
  void randomExpressionsKeepTheirValueAndBounds() {
    for (int seed = 0; seed < 3000; seed++) {
      Twin twin = make(new Random(seed), 5);
      for (int at = 0; at < 60; at++) {
        counters[0] = at % 3;
        counters[1] = at / 3 % 4;
        counters[2] = at / 12;
        int value = evaluate(twin.index());
        assertThat(value)
            .as("seed %d: %s", seed, twin.index())
            .isEqualTo(twin.meaning().getAsInt());
        assertThat(value).isBetween(twin.index().min(), twin.index().max());
      }
    }
  }

  @Test
  void whatIsTakenApartJoinsAgain() {
    Index flat = Index.linear(List.of(I.index(), J.index(), K.index()), List.of(3, 4, 5));
    assertThat(Index.delinear(flat, List.of(3, 4, 5)))
        .containsExactly(I.index(), J.index(), K.index());
    assertThat(Index.linear(Index.delinear(flat, List.of(6, 10)), List.of(6, 10))).isEqualTo(flat);
  }

  private Twin make(Random random, int depth) {
    if (depth == 0 || random.nextInt(6) == 0) {
      int which = random.nextInt(4);
      if (which == 3) {
        int constant = random.nextInt(-9, 10);
        return new Twin(Index.of(constant), () -> constant);
      }
      return new Twin(List.of(I, J, K).get(which).index(), () -> counters[which]);
    }
    Twin x = make(random, depth - 1);
    int number = random.nextInt(1, 7);
    return switch (random.nextInt(6)) {
      case 0, 1 -> {
        Twin y = make(random, depth - 1);
        yield new Twin(
            x.index().plus(y.index()), () -> x.meaning().getAsInt() + y.meaning().getAsInt());
      }
      case 2 -> {
        Twin y = make(random, depth - 1);
        yield new Twin(
            x.index().minus(y.index()), () -> x.meaning().getAsInt() - y.meaning().getAsInt());
      }
      case 3 -> new Twin(x.index().times(number), () -> x.meaning().getAsInt() * number);
      case 4 ->
          new Twin(x.index().floorDiv(number), () -> Math.floorDiv(x.meaning().getAsInt(), number));
      default ->
          new Twin(x.index().mod(number), () -> Math.floorMod(x.meaning().getAsInt(), number));
    };
  }

  private int evaluate(Index index) {
    int sum = index.constant();
    for (Index.Term term : index.terms()) {
      sum += term.coefficient() * evaluate(term.atom());
    }
    return sum;
  }

  private int evaluate(Index.Atom atom) {
    return switch (atom) {
      case LoopVar loop -> counters[List.of(I, J, K).indexOf(loop)];
      case Index.Quotient quotient ->
          Math.floorDiv(evaluate(quotient.dividend()), quotient.divisor());
      case Index.Remainder remainder ->
          Math.floorMod(evaluate(remainder.dividend()), remainder.divisor());
      case Index.Dynamic _ -> throw new AssertionError("none is made here");
    };
  }
}
