// SPDX-License-Identifier: Apache-2.0
package dlc.opencl;

import dlc.ir.DType;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import dlc.ir.scalar.Scalar;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Index arithmetic as expressions of int: one where all lanes agree, vectors where not. */
final class IndexText {

  private final Map<LoopVar, String> counters = new HashMap<>();
  private final Function<Scalar, Operand> dynamic;

  /**
   * @param dynamic writes what an index reads at run time
   */
  IndexText(Function<Scalar, Operand> dynamic) {
    this.dynamic = dynamic;
  }

  /** Makes a loop's counter known under a name that no loop around it has. */
  String enter(LoopVar loop) {
    String name = loop.name();
    for (int i = 1; counters.containsValue(name); i++) {
      name = loop.name() + "_" + i;
    }
    counters.put(loop, name);
    return name;
  }

  /** Forgets a counter. */
  void leave(LoopVar loop) {
    counters.remove(loop);
  }

  /** {@code index}, in lanes where it differs between those of {@code lane}. */
  Operand of(Index index, @Nullable LoopVar lane) {
    List<Operand> parts = new ArrayList<>();
    List<String> same = new ArrayList<>();
    for (Index.Term term : index.terms()) {
      boolean varies = lane != null && new Index(0, List.of(term)).dependsOn(lane);
      Operand part = times(atom(term.atom(), varies ? lane : null), term.coefficient());
      if (part.lanes() == 1) {
        same.add(part.text());
      } else {
        parts.add(part);
      }
    }
    if (index.constant() != 0 || (same.isEmpty() && parts.isEmpty())) {
      same.add(Operand.literal(index.constant(), DType.I32).text());
    }
    if (!same.isEmpty()) {
      String sum = String.join(" + ", same);
      parts.addFirst(new Operand(same.size() == 1 ? sum : "(" + sum + ")", DType.I32, 1));
    }
    Operand total = parts.getFirst();
    for (Operand part : parts.subList(1, parts.size())) {
      total =
          new Operand("(%s + %s)".formatted(total.text(), part.text()), DType.I32, part.lanes());
    }
    return total;
  }

  private static Operand times(Operand x, int factor) {
    return factor == 1
        ? x
        : new Operand(
            "(%s * %s)".formatted(Operand.literal(factor, DType.I32).text(), x.text()),
            DType.I32,
            x.lanes());
  }

  private Operand atom(Index.Atom atom, @Nullable LoopVar lane) {
    return switch (atom) {
      case LoopVar loop when loop.equals(lane) -> Operand.count(loop.extent());
      case LoopVar loop -> {
        String counter = counters.get(loop);
        if (counter == null) {
          throw new IllegalStateException("no loop counts " + loop);
        }
        yield new Operand(counter, DType.I32, 1);
      }
      case Index.Quotient(Index dividend, int divisor) -> {
        int lift = lift(dividend, divisor);
        Operand quotient = apply("/", of(dividend.plus(lift), lane), divisor);
        yield lift == 0 ? quotient : apply("-", quotient, lift / divisor);
      }
      case Index.Remainder(Index dividend, int divisor) ->
          apply("%", of(dividend.plus(lift(dividend, divisor)), lane), divisor);
      case Index.Dynamic(Scalar value, int _) -> dynamic.apply(value);
    };
  }

  /** C rounds towards 0: a negative dividend is moved up by a multiple of the divisor first. */
  private static int lift(Index dividend, int divisor) {
    return dividend.min() >= 0 ? 0 : Math.ceilDiv(-dividend.min(), divisor) * divisor;
  }

  private static Operand apply(String operator, Operand x, int number) {
    return new Operand("(%s %s %d)".formatted(x.text(), operator, number), DType.I32, x.lanes());
  }
}
