// SPDX-License-Identifier: Apache-2.0
package dlc.ir.scalar;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An integer that is a sum of loop counters times constants, in normal form.
 *
 * <p>Where division or remainder cannot be resolved from the ranges of the counters they stay as
 * atoms. Two indices that are built the same way are equal, and most that mean the same are.
 */
public record Index(int constant, List<Term> terms) {

  /** What an index is linear in. */
  public sealed interface Atom permits LoopVar, Quotient, Remainder, Dynamic {
    int min();

    int max();
  }

  /** {@code coefficient * atom}. */
  public record Term(int coefficient, Atom atom) {

    // As for loop counters: what records come with goes through method handles.
    @Override
    public boolean equals(@Nullable Object other) {
      return this == other
          || (other instanceof Term term
              && coefficient == term.coefficient
              && atom.equals(term.atom));
    }

    @Override
    public int hashCode() {
      return 31 * coefficient + atom.hashCode();
    }
  }

  /** {@code dividend / divisor}, rounded down. */
  public record Quotient(Index dividend, int divisor) implements Atom {
    @Override
    public int min() {
      return Math.floorDiv(dividend.min(), divisor);
    }

    @Override
    public int max() {
      return Math.floorDiv(dividend.max(), divisor);
    }

    @Override
    public String toString() {
      return dividend.inParentheses() + " / " + divisor;
    }
  }

  /** {@code dividend mod divisor}, never negative. */
  public record Remainder(Index dividend, int divisor) implements Atom {
    @Override
    public int min() {
      return 0;
    }

    @Override
    public int max() {
      return divisor - 1;
    }

    @Override
    public String toString() {
      return dividend.inParentheses() + " % " + divisor;
    }
  }

  /** An integer that is read at run time; the reader guards its range, {@code [0, extent)}. */
  public record Dynamic(Scalar value, int extent) implements Atom {
    @Override
    public int min() {
      return Integer.MIN_VALUE / 4;
    }

    @Override
    public int max() {
      return Integer.MAX_VALUE / 4;
    }

    @Override
    public String toString() {
      return "{" + ScalarPrinter.print(value) + "}";
    }
  }

  public static final Index ZERO = new Index(0, List.of());

  public Index {
    terms = List.copyOf(terms);
  }

  public static Index of(int constant) {
    return new Index(constant, List.of());
  }

  public static Index of(Atom atom) {
    return atom instanceof LoopVar loop && loop.extent() == 1
        ? ZERO
        : new Index(0, List.of(new Term(1, atom)));
  }

  public Index plus(int number) {
    return number == 0 ? this : new Index(constant + number, terms);
  }

  public Index plus(Index other) {
    if (other.terms.isEmpty()) {
      return plus(other.constant);
    }
    if (terms.isEmpty()) {
      return other.plus(constant);
    }
    return rejoined(constant + other.constant, Terms.merged(terms, other.terms));
  }

  /**
   * {@code b * (x / b) + x % b} is {@code x}: what was taken apart and stays side by side joins.
   */
  private static Index rejoined(int constant, List<Term> terms) {
    for (Term term : terms) {
      if (term.atom() instanceof Remainder(Index dividend, int divisor)) {
        Term whole = new Term(term.coefficient() * divisor, quotientOf(dividend, divisor));
        if (terms.contains(whole)) {
          List<Term> others = new ArrayList<>(terms);
          others.remove(term);
          others.remove(whole);
          return new Index(constant, others).plus(dividend.times(term.coefficient()));
        }
      }
    }
    return new Index(constant, terms);
  }

  private static Quotient quotientOf(Index dividend, int divisor) {
    return dividend.constant == 0
            && dividend.terms.size() == 1
            && dividend.terms.getFirst() instanceof Term(int one, Quotient(Index inner, int by))
            && one == 1
        ? new Quotient(inner, by * divisor)
        : new Quotient(dividend, divisor);
  }

  public Index minus(Index other) {
    return plus(other.times(-1));
  }

  public Index times(int factor) {
    if (factor == 0) {
      return ZERO;
    }
    if (factor == 1) {
      return this;
    }
    List<Term> products = new ArrayList<>(terms.size());
    for (Term term : terms) {
      products.add(new Term(term.coefficient() * factor, term.atom()));
    }
    return new Index(constant * factor, products);
  }

  /** This over {@code divisor}, rounded down. */
  public Index floorDiv(int divisor) {
    if (divisor == 1) {
      return this;
    }
    Index rest = indivisible(divisor);
    Index whole = minus(rest).exactlyOver(divisor);
    if (Math.floorDiv(rest.min(), divisor) == Math.floorDiv(rest.max(), divisor)) {
      return whole.plus(Math.floorDiv(rest.min(), divisor));
    }
    if (rest.constant == 0
        && rest.terms.size() == 1
        && rest.terms.getFirst() instanceof Term(int one, Quotient(Index inner, int by))
        && one == 1) {
      return whole.plus(inner.floorDiv(by * divisor));
    }
    int grain = rest.grain(divisor);
    if (grain > 1) {
      return whole.plus(
          rest.minus(rest.indivisible(grain)).exactlyOver(grain).floorDiv(divisor / grain));
    }
    return whole.plus(of(new Quotient(rest, divisor)));
  }

  /** This modulo {@code divisor}, never negative. */
  public Index mod(int divisor) {
    if (divisor == 1) {
      return ZERO;
    }
    Index rest = indivisible(divisor);
    if (Math.floorDiv(rest.min(), divisor) == Math.floorDiv(rest.max(), divisor)) {
      return rest.plus(-divisor * Math.floorDiv(rest.min(), divisor));
    }
    int grain = rest.grain(divisor);
    if (grain > 1) {
      Index small = rest.indivisible(grain);
      return rest.minus(small).exactlyOver(grain).mod(divisor / grain).times(grain).plus(small);
    }
    return of(new Remainder(rest, divisor));
  }

  /**
   * A divisor of {@code divisor} such that this is a multiple of it and something from 0 to less
   * than it, which then does not matter for the quotient; or 1.
   */
  private int grain(int divisor) {
    for (Term term : terms) {
      int grain = gcd(Math.abs(term.coefficient()), divisor);
      if (grain > 1 && grain < divisor) {
        Index small = indivisible(grain);
        if (small.min() >= 0 && small.max() < grain) {
          return grain;
        }
      }
    }
    return 1;
  }

  private static int gcd(int x, int y) {
    return y == 0 ? x : gcd(y, x % y);
  }

  private Index indivisible(int divisor) {
    return new Index(
        Math.floorMod(constant, divisor),
        terms.stream().filter(term -> term.coefficient() % divisor != 0).toList());
  }

  private Index exactlyOver(int divisor) {
    return new Index(
        constant / divisor,
        terms.stream().map(term -> new Term(term.coefficient() / divisor, term.atom())).toList());
  }

  /** The least value it can take. */
  public int min() {
    return bound(false);
  }

  /** The greatest value it can take. */
  public int max() {
    return bound(true);
  }

  private int bound(boolean greatest) {
    long sum = constant;
    for (Term term : terms) {
      boolean most = term.coefficient() > 0 == greatest;
      sum += (long) term.coefficient() * (most ? term.atom().max() : term.atom().min());
    }
    return (int) Math.max(Integer.MIN_VALUE / 4, Math.min(Integer.MAX_VALUE / 4, sum));
  }

  public boolean isConstant() {
    return terms.isEmpty();
  }

  /** By how much it grows with {@code loop} alone, which it must depend on in no other way. */
  public int stride(LoopVar loop) {
    for (Term term : terms) {
      if (term.atom().equals(loop)) {
        return term.coefficient();
      }
    }
    return 0;
  }

  /** Whether {@code loop} occurs in it, also inside a division. */
  public boolean dependsOn(LoopVar loop) {
    for (Term term : terms) {
      if (dependsOn(term.atom(), loop)) {
        return true;
      }
    }
    return false;
  }

  private static boolean dependsOn(Atom atom, LoopVar loop) {
    return switch (atom) {
      case LoopVar other -> other.equals(loop);
      case Quotient quotient -> quotient.dividend().dependsOn(loop);
      case Remainder remainder -> remainder.dividend().dependsOn(loop);
      case Dynamic dynamic -> dynamic.value().dependsOn(loop);
    };
  }

  /** Whether it depends on {@code loop} in a way that is not a constant stride. */
  public boolean isIrregularIn(LoopVar loop) {
    for (Term term : terms) {
      if (!(term.atom() instanceof LoopVar) && dependsOn(term.atom(), loop)) {
        return true;
      }
    }
    return false;
  }

  /**
   * How many turns of {@code loop} in a row stay at a place before they go to the next one, where
   * this is a start that does not depend on it and a quotient of it; nothing for other indices.
   */
  public OptionalInt repeats(LoopVar loop) {
    for (Term term : terms) {
      if (term.coefficient() == 1
          && term.atom() instanceof Quotient(Index dividend, int divisor)
          && dividend.equals(loop.index())
          && !minus(of(term.atom())).dependsOn(loop)) {
        return OptionalInt.of(divisor);
      }
    }
    return OptionalInt.empty();
  }

  /** The same with each counter that {@code replacement} answers for replaced, and normal again. */
  public Index substitute(Function<LoopVar, Index> replacement) {
    if (!isChanged(replacement)) {
      return this;
    }
    return rebuild(
        atom ->
            switch (atom) {
              case LoopVar loop -> replacement.apply(loop);
              case Quotient quotient ->
                  quotient.dividend().substitute(replacement).floorDiv(quotient.divisor());
              case Remainder remainder ->
                  remainder.dividend().substitute(replacement).mod(remainder.divisor());
              case Dynamic dynamic ->
                  of(new Dynamic(dynamic.value().substitute(replacement), dynamic.extent()));
            });
  }

  /** Whether {@code replacement} has another answer than the counter itself for one in it. */
  private boolean isChanged(Function<LoopVar, Index> replacement) {
    for (Term term : terms) {
      boolean changed =
          switch (term.atom()) {
            case LoopVar loop -> !replacement.apply(loop).equals(of(loop));
            case Quotient quotient -> quotient.dividend().isChanged(replacement);
            case Remainder remainder -> remainder.dividend().isChanged(replacement);
            case Dynamic _ -> true;
          };
      if (changed) {
        return true;
      }
    }
    return false;
  }

  /** The same with the values that are read at run time replaced. */
  public Index mapDynamic(UnaryOperator<Scalar> replacement) {
    return replaceDynamic(
        dynamic -> of(new Dynamic(replacement.apply(dynamic.value()), dynamic.extent())));
  }

  /** The same where each value that is read at run time is {@code number}. */
  public Index withDynamic(int number) {
    return replaceDynamic(_ -> of(number));
  }

  private Index replaceDynamic(Function<Dynamic, Index> replacement) {
    if (!isDynamic()) {
      return this;
    }
    return rebuild(
        atom ->
            switch (atom) {
              case LoopVar loop -> of(loop);
              case Quotient quotient ->
                  quotient.dividend().replaceDynamic(replacement).floorDiv(quotient.divisor());
              case Remainder remainder ->
                  remainder.dividend().replaceDynamic(replacement).mod(remainder.divisor());
              case Dynamic dynamic -> replacement.apply(dynamic);
            });
  }

  /** The values that are read at run time. */
  public Set<Dynamic> dynamic() {
    Set<Dynamic> found = new LinkedHashSet<>();
    for (Term term : terms) {
      switch (term.atom()) {
        case LoopVar _ -> {}
        case Quotient quotient -> found.addAll(quotient.dividend().dynamic());
        case Remainder remainder -> found.addAll(remainder.dividend().dynamic());
        case Dynamic dynamic -> found.add(dynamic);
      }
    }
    return found;
  }

  /** Whether some of it is read at run time. */
  public boolean isDynamic() {
    for (Term term : terms) {
      boolean found =
          switch (term.atom()) {
            case LoopVar _ -> false;
            case Quotient quotient -> quotient.dividend().isDynamic();
            case Remainder remainder -> remainder.dividend().isDynamic();
            case Dynamic _ -> true;
          };
      if (found) {
        return true;
      }
    }
    return false;
  }

  private Index rebuild(Function<Atom, Index> replacement) {
    Index sum = of(constant);
    for (Term term : terms) {
      sum = sum.plus(replacement.apply(term.atom()).times(term.coefficient()));
    }
    return sum;
  }

  /** The row-major position of {@code at} in a tensor of {@code dims}. */
  public static Index linear(List<Index> at, List<Integer> dims) {
    Index flat = ZERO;
    for (int axis = 0; axis < dims.size(); axis++) {
      flat = flat.times(dims.get(axis)).plus(at.get(axis));
    }
    return flat;
  }

  /** The coordinates of row-major position {@code flat} in a tensor of {@code dims}. */
  public static List<Index> delinear(Index flat, List<Integer> dims) {
    List<Index> at = new ArrayList<>();
    Index rest = flat;
    for (int axis = dims.size() - 1; axis > 0; axis--) {
      at.addFirst(rest.mod(dims.get(axis)));
      rest = rest.floorDiv(dims.get(axis));
    }
    if (!dims.isEmpty()) {
      at.addFirst(rest);
    }
    return at;
  }

  // As for loop counters: what records come with goes through method handles.
  @Override
  public boolean equals(@Nullable Object other) {
    return this == other
        || (other instanceof Index index
            && constant == index.constant
            && terms.equals(index.terms));
  }

  @Override
  public int hashCode() {
    return 31 * constant + terms.hashCode();
  }

  private String inParentheses() {
    return needsParentheses() ? "(" + this + ")" : toString();
  }

  boolean needsParentheses() {
    return terms.size() + (constant == 0 ? 0 : 1) > 1
        || (!terms.isEmpty() && compound(terms.getFirst()));
  }

  private static boolean compound(Term term) {
    return term.coefficient() != 1
        || term.atom() instanceof Quotient
        || term.atom() instanceof Remainder;
  }

  @Override
  public String toString() {
    if (terms.isEmpty()) {
      return Integer.toString(constant);
    }
    String sum = terms.stream().map(Index::text).collect(Collectors.joining(" + "));
    return constant == 0 ? sum : sum + " + " + constant;
  }

  private static String text(Term term) {
    String atom = term.atom().toString();
    if (term.coefficient() == 1) {
      return atom;
    }
    boolean simple = term.atom() instanceof LoopVar || term.atom() instanceof Dynamic;
    return term.coefficient() + " * " + (simple ? atom : "(" + atom + ")");
  }
}
