// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The text of one LLVM function while it is written: instructions, blocks and names.
 *
 * <p>What was computed in a block that encloses the current one is remembered and not written
 * again.
 */
final class FunctionText {

  private final StringBuilder allocations = new StringBuilder();
  private final StringBuilder code = new StringBuilder();
  private final Deque<Map<String, String>> known = new ArrayDeque<>();
  private final Set<String> declarations;
  private final List<List<String>> holes = new ArrayList<>();
  private String block = "entry";
  private int next;

  /** Intrinsics that the function calls are added to {@code declarations}. */
  FunctionText(Set<String> declarations) {
    this.declarations = declarations;
    known.push(new HashMap<>());
  }

  /** The name of the result of {@code instruction}; the same instruction is written once. */
  String value(String instruction) {
    for (Map<String, String> scope : known) {
      String name = scope.get(instruction);
      if (name != null) {
        return name;
      }
    }
    String name = fresh(instruction);
    known.element().put(instruction, name);
    return name;
  }

  /** The name of the result of {@code instruction}, which reads or writes memory. */
  String fresh(String instruction) {
    String name = "%v" + next++;
    code.append("  ").append(name).append(" = ").append(instruction).append('\n');
    return name;
  }

  /** An instruction without a result. */
  void line(String instruction) {
    code.append("  ").append(instruction).append('\n');
  }

  /** Reserves {@code count} elements on the stack. */
  String allocate(String element, long count) {
    String name = "%v" + next++;
    allocations
        .append("  ")
        .append(name)
        .append(" = alloca [%d x %s], align 64\n".formatted(count, element));
    return name;
  }

  void declare(String declaration) {
    declarations.add(declaration);
  }

  /** A label that is not used yet. */
  String label(String stem) {
    return stem + next++;
  }

  /** Begins the block called {@code label}. */
  void begin(String label) {
    code.append(label).append(":\n");
    block = label;
  }

  /** Keeps a place for lines that are written later. */
  int reserve() {
    holes.add(List.of());
    code.append("\0").append(holes.size() - 1).append('\n');
    return holes.size() - 1;
  }

  /** Writes the lines whose place is kept. */
  void fill(int place, List<String> instructions) {
    holes.set(place, List.copyOf(instructions));
  }

  /** The block that is being written. */
  String block() {
    return block;
  }

  /** Writes what {@code body} writes; what is computed there is forgotten after it. */
  void scoped(Runnable body) {
    known.push(new HashMap<>());
    body.run();
    known.pop();
  }

  /** The whole function. */
  String finish(String header) {
    StringBuilder whole = new StringBuilder(header + " {\nentry:\n").append(allocations);
    code.toString()
        .lines()
        .forEach(
            line -> {
              if (line.startsWith("\0")) {
                int hole = Integer.parseInt(line, 1, line.length(), 10);
                holes.get(hole).forEach(each -> whole.append("  ").append(each).append('\n'));
              } else {
                whole.append(line).append('\n');
              }
            });
    return whole.append("  ret void\n}\n").toString();
  }
}
