// SPDX-License-Identifier: Apache-2.0
package dlc.ir.scalar;

import dlc.ir.scalar.Index.Atom;
import dlc.ir.scalar.Index.Term;
import java.util.ArrayList;
import java.util.List;

/**
 * The terms of an index, in the order of their atoms' names, so that equal sums are equal lists.
 */
final class Terms {

  private Terms() {}

  /** The terms of both, which are in the order of their atoms' names. */
  static List<Term> merged(List<Term> some, List<Term> others) {
    List<Term> merged = new ArrayList<>(some.size() + others.size());
    int i = 0;
    int j = 0;
    while (i < some.size() && j < others.size()) {
      Term x = some.get(i);
      Term y = others.get(j);
      int order = inOrder(x.atom(), y.atom());
      if (order != 0) {
        merged.add(order < 0 ? x : y);
      } else if (x.coefficient() + y.coefficient() != 0) {
        merged.add(new Term(x.coefficient() + y.coefficient(), x.atom()));
      }
      i += order <= 0 ? 1 : 0;
      j += order >= 0 ? 1 : 0;
    }
    merged.addAll(some.subList(i, some.size()));
    merged.addAll(others.subList(j, others.size()));
    return merged;
  }

  /** By their texts, which are long where they divide: a parenthesis comes before all names. */
  private static int inOrder(Atom x, Atom y) {
    if (x.equals(y)) {
      return 0;
    }
    boolean opens = isInParentheses(x);
    if (opens != isInParentheses(y)) {
      return opens ? -1 : 1;
    }
    return x.toString().compareTo(y.toString());
  }

  private static boolean isInParentheses(Atom atom) {
    return switch (atom) {
      case LoopVar _, Index.Dynamic _ -> false;
      case Index.Quotient quotient -> quotient.dividend().needsParentheses();
      case Index.Remainder remainder -> remainder.dividend().needsParentheses();
    };
  }
}
