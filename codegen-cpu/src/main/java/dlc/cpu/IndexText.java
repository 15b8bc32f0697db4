// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

import dlc.ir.DType;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import dlc.ir.scalar.Scalar;
import java.util.List;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Index arithmetic as LLVM instructions: i64 where all lanes agree, vectors of i32 where not. */
final class IndexText {

  private final FunctionText text;
  private final SequencedMap<LoopVar, Counter> counters;
  private final Function<Scalar, Operand> dynamic;

  IndexText(
      FunctionText text,
      SequencedMap<LoopVar, Counter> counters,
      Function<Scalar, Operand> dynamic) {
    this.text = text;
    this.counters = counters;
    this.dynamic = dynamic;
  }

  /** {@code index} as an i64; what outer loops count is added first, and so before inner loops. */
  String scalar(Index index) {
    String sum = null;
    for (Index part : byLoop(index)) {
      for (Index.Term term : part.terms()) {
        String product = product(term);
        sum = sum == null ? product : text.value("add nsw i64 " + sum + ", " + product);
      }
    }
    if (sum == null) {
      return Integer.toString(index.constant());
    }
    return index.constant() == 0 ? sum : text.value("add nsw i64 " + sum + ", " + index.constant());
  }

  /** The variable part of {@code index} as a sum: what changes with the outermost loop first. */
  List<Index> byLoop(Index index) {
    if (index.terms().size() < 2) {
      return index.isConstant() ? List.of() : List.of(index.plus(-index.constant()));
    }
    SortedMap<Integer, Index> parts = new TreeMap<>();
    for (Index.Term term : index.terms()) {
      Index alone = new Index(0, List.of(term));
      parts.merge(depth(alone), alone, Index::plus);
    }
    return List.copyOf(parts.values());
  }

  /** The number of the innermost loop that {@code index} changes with. */
  private int depth(Index index) {
    int depth = counters.size();
    for (LoopVar loop : counters.sequencedKeySet().reversed()) {
      if (index.dependsOn(loop)) {
        return depth;
      }
      depth--;
    }
    return depth;
  }

  /** The innermost loop counts in multiples; for the others a product in each turn is little. */
  private String product(Index.Term term) {
    if (term.atom() instanceof LoopVar loop && counter(loop) == counters.lastEntry().getValue()) {
      return counter(loop).times(term.coefficient());
    }
    String atom = atom(term.atom());
    return term.coefficient() == 1
        ? atom
        : text.value("mul nsw i64 " + atom + ", " + term.coefficient());
  }

  private String atom(Index.Atom atom) {
    return switch (atom) {
      case LoopVar loop -> counter(loop).times(1);
      case Index.Quotient(Index dividend, int divisor) -> divided("div", dividend, divisor);
      case Index.Remainder(Index dividend, int divisor) -> divided("rem", dividend, divisor);
      case Index.Dynamic(Scalar value, int _) ->
          text.value("sext i32 %s to i64".formatted(dynamic.apply(value).text()));
    };
  }

  private Counter counter(LoopVar loop) {
    Counter counter = counters.get(loop);
    if (counter == null) {
      throw new IllegalStateException("no loop counts " + loop);
    }
    return counter;
  }

  /** Divides rounding down: a negative dividend is moved up by a multiple of the divisor first. */
  private String divided(String operation, Index dividend, int divisor) {
    int lift = lift(dividend, divisor);
    String quotient =
        text.value("u%s i64 %s, %d".formatted(operation, scalar(dividend.plus(lift)), divisor));
    return lift == 0 || operation.equals("rem")
        ? quotient
        : text.value("sub nsw i64 %s, %d".formatted(quotient, lift / divisor));
  }

  private static int lift(Index dividend, int divisor) {
    return dividend.min() >= 0 ? 0 : Math.ceilDiv(-dividend.min(), divisor) * divisor;
  }

  /** {@code index} in each lane. */
  Operand vector(Index index, LoopVar lane) {
    int lanes = lane.extent();
    Index uniform = Index.of(index.constant());
    Operand sum = null;
    for (Index.Term term : index.terms()) {
      Index alone = new Index(0, List.of(term));
      if (!alone.dependsOn(lane)) {
        uniform = uniform.plus(alone);
        continue;
      }
      Operand part = scaled(vectorAtom(term.atom(), lane), term.coefficient());
      sum = sum == null ? part : added(sum, part);
    }
    Operand everywhere = everywhere(uniform, lanes);
    if (sum == null) {
      return everywhere;
    }
    return uniform.equals(Index.ZERO) ? sum : added(sum, everywhere);
  }

  private Operand everywhere(Index uniform, int lanes) {
    return uniform.isConstant()
        ? Operand.literal(uniform.constant(), DType.I32, lanes)
        : splat(text.value("trunc i64 %s to i32".formatted(scalar(uniform))), lanes);
  }

  private Operand vectorAtom(Index.Atom atom, LoopVar lane) {
    int lanes = lane.extent();
    return switch (atom) {
      case LoopVar _ ->
          new Operand(
              IntStream.range(0, lanes)
                  .mapToObj(i -> "i32 " + i)
                  .collect(Collectors.joining(", ", "<", ">")),
              DType.I32,
              lanes);
      case Index.Quotient(Index dividend, int divisor) -> {
        int lift = lift(dividend, divisor);
        Operand quotient = divided("udiv", vector(dividend.plus(lift), lane), divisor);
        yield lift == 0
            ? quotient
            : added(quotient, Operand.literal(Math.negateExact(lift / divisor), DType.I32, lanes));
      }
      case Index.Remainder(Index dividend, int divisor) ->
          divided("urem", vector(dividend.plus(lift(dividend, divisor)), lane), divisor);
      case Index.Dynamic(Scalar value, int _) -> dynamic.apply(value);
    };
  }

  private Operand divided(String operation, Operand x, int divisor) {
    Operand by = Operand.literal(divisor, DType.I32, x.lanes());
    return new Operand(
        text.value("%s %s, %s".formatted(operation, x.typed(), by.text())), DType.I32, x.lanes());
  }

  private Operand scaled(Operand x, int factor) {
    if (factor == 1) {
      return x;
    }
    Operand by = Operand.literal(factor, DType.I32, x.lanes());
    return new Operand(
        text.value("mul nsw %s, %s".formatted(x.typed(), by.text())), DType.I32, x.lanes());
  }

  private Operand added(Operand x, Operand y) {
    return new Operand(
        text.value("add nsw %s, %s".formatted(x.typed(), y.text())), DType.I32, x.lanes());
  }

  private Operand splat(String scalar, int lanes) {
    String vector = "<" + lanes + " x i32>";
    String first = text.value("insertelement %s poison, i32 %s, i64 0".formatted(vector, scalar));
    return new Operand(
        text.value(
            "shufflevector %s %s, %s poison, <%d x i32> zeroinitializer"
                .formatted(vector, first, vector, lanes)),
        DType.I32,
        lanes);
  }
}
