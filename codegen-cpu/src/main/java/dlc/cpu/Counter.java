// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A loop while it is written, and what it counts: those multiples of its counter that the body
 * needs.
 *
 * <pre>
 * loop1:
 *   %i2.x64 = phi i64 [ 0, %entry ], [ %i2.x64.next, %loop1 ]
 *   …
 *   %i2.x64.next = add i64 %i2.x64, 64
 *   %i2.more = icmp slt i64 %i2.x64.next, 640
 * </pre>
 *
 * <p>So addresses need no product in each turn, and LLVM need not look for them. The sums may wrap
 * as far as LLVM knows: it would test a counter before the step, and keep both for that.
 */
final class Counter {

  private final FunctionText text;
  private final String begin;
  private final String end;
  private final String head;
  private final String done;
  private final String before;
  private final String name;
  private final int bounds;
  private final int phis;
  private final Set<Integer> factors = new TreeSet<>();

  /** Begins a loop from {@code begin} to before {@code end}; the body follows. */
  Counter(FunctionText text, String begin, String end) {
    this.text = text;
    this.begin = begin;
    this.end = end;
    head = text.label("loop");
    done = text.label("done");
    before = text.block();
    name = "%" + text.label("i");
    bounds = text.reserve();
    text.line("%s.any = icmp slt i64 %s, %s".formatted(name, begin, end));
    text.line("br i1 %s.any, label %%%s, label %%%s".formatted(name, head, done));
    text.begin(head);
    phis = text.reserve();
  }

  /** {@code factor} times the counter, as an i64. */
  String times(int factor) {
    factors.add(factor);
    return multiple(factor);
  }

  private String multiple(int factor) {
    return factor == 1 ? name : (name + ".x" + factor).replace('-', 'm');
  }

  /** Ends the loop, when its body is written. */
  void finish() {
    int tested = factors.stream().filter(factor -> factor > 0).findFirst().orElse(1);
    factors.add(tested);
    List<String> products = new ArrayList<>();
    List<String> counted = new ArrayList<>();
    for (int factor : factors) {
      String multiple = multiple(factor);
      text.line("%s.next = add i64 %s, %d".formatted(multiple, multiple, factor));
      counted.add(
          "%s = phi i64 [ %s, %%%s ], [ %s.next, %%%s ]"
              .formatted(
                  multiple,
                  product(begin, factor, multiple + ".begin", products),
                  before,
                  multiple,
                  text.block()));
    }
    text.line(
        "%s.more = icmp slt i64 %s.next, %s"
            .formatted(name, multiple(tested), product(end, tested, name + ".end", products)));
    text.line("br i1 %s.more, label %%%s, label %%%s".formatted(name, head, done));
    text.fill(bounds, products);
    text.fill(phis, counted);
    text.begin(done);
  }

  /** {@code factor} times a bound: a number, or {@code product}, which is added to the products. */
  private static String product(String bound, int factor, String product, List<String> products) {
    if (factor == 1) {
      return bound;
    }
    if (!bound.startsWith("%")) {
      return Long.toString(Long.parseLong(bound) * factor);
    }
    products.add("%s = mul nsw i64 %s, %d".formatted(product, bound, factor));
    return product;
  }
}
