// SPDX-License-Identifier: Apache-2.0
package dlc.opencl;

import static java.util.stream.Collectors.joining;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * The steps of an entry point as one kernel, which is told which of them to run.
 *
 * <p>Drivers of CPUs paste a function wherever it is called. So one that runs at many steps, as
 * those of a recurrence do, is called at one place, and a table has where the buffers of each of
 * these steps lie.
 */
final class StepSwitch {

  private final String entry;
  private final List<Step> steps;
  private final MemoryLayout layout;

  /** The steps that run the same function on the same blocks of memory, by how that is written. */
  private final Map<String, List<Integer>> alike = new LinkedHashMap<>();

  private StepSwitch(String entry, List<Step> steps, MemoryLayout layout) {
    this.entry = entry;
    this.steps = List.copyOf(steps);
    this.layout = layout;
    for (int i = 0; i < steps.size(); i++) {
      alike.computeIfAbsent(callByTable(steps.get(i)), _ -> new ArrayList<>()).add(i);
    }
  }

  /** Writes {@code steps}, the buffers of which are laid out by {@code layout}. */
  static String write(String entry, List<Step> steps, MemoryLayout layout) {
    return new StepSwitch(entry, steps, layout).text();
  }

  private String callByTable(Step step) {
    return step.text(i -> "%s + at[%d]".formatted(layout.block(step.places().get(i)), i));
  }

  private String text() {
    boolean isByTable = alike.values().stream().anyMatch(StepSwitch::isByTable);
    StringBuilder text = new StringBuilder(isByTable ? table() : "");
    text.append("__kernel __attribute__((reqd_work_group_size(1, 1, 1)))\n");
    text.append(
        "void %s(__global uchar *state, __global uchar *work, int first, int last) {\n"
            .formatted(entry));
    text.append("  for (int step = first; step <= last; step++) {\n");
    if (isByTable) {
      text.append("    __constant const %s *at = %s_at[step];\n".formatted(type(), entry));
    }
    text.append("    switch (step) {\n");
    alike.forEach((call, which) -> text.append(arm(call, which)));
    return text.append("    }\n  }\n}\n\n").toString();
  }

  private static boolean isByTable(List<Integer> which) {
    return which.size() > 1;
  }

  private String arm(String call, List<Integer> which) {
    String cases = which.stream().map("case %d:"::formatted).collect(joining(" "));
    String made = isByTable(which) ? call : steps.get(which.getFirst()).text(layout);
    return "      %s %s; break;\n".formatted(cases, made);
  }

  /** A row for each step, in which only those of steps that need it are filled. */
  private String table() {
    List<String> rows = new ArrayList<>();
    steps.forEach(_ -> rows.add("{0}"));
    int width = 0;
    for (List<Integer> which : alike.values()) {
      for (int i : isByTable(which) ? which : List.<Integer>of()) {
        rows.set(
            i, offsets(steps.get(i)).mapToObj(Long::toString).collect(joining(", ", "{", "}")));
        width = Math.max(width, steps.get(i).places().size());
      }
    }
    return "__constant %s %s_at[%d][%d] = {\n  %s\n};\n\n"
        .formatted(type(), entry, rows.size(), width, String.join(",\n  ", rows));
  }

  private LongStream offsets(Step step) {
    return step.places().stream().mapToLong(layout::offset);
  }

  private String type() {
    long most = steps.stream().flatMapToLong(this::offsets).max().orElse(0);
    return most <= Integer.MAX_VALUE ? "int" : "long";
  }
}
