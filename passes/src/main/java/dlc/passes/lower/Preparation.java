// SPDX-License-Identifier: Apache-2.0
package dlc.passes.lower;

import dlc.passes.lower.LoweredGraph.Call;
import dlc.passes.lower.LoweredGraph.CallerMemory;
import dlc.passes.lower.LoweredGraph.Memory;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The calls of an entry point that leaves all state as it is, those first that need nothing else:
 * they transform and pack weights, which is the same for every sample that a model predicts.
 *
 * @param prepared how many of the {@code calls} need the state alone
 */
public record Preparation(List<Call> calls, int prepared) {

  /** So many runs in a row, about, find what was prepared for the first. */
  public static final int RUNS = 16;

  static Preparation of(LoweredGraph graph) {
    if (!graph.leavesState()) {
      return new Preparation(graph.calls(), 0);
    }
    Set<Memory> varying = new HashSet<>();
    for (Call call : graph.calls()) {
      varying.addAll(call.arguments().stream().filter(CallerMemory.class::isInstance).toList());
    }
    boolean grows = true;
    while (grows) {
      grows = false;
      for (Call call : graph.calls()) {
        grows |= varies(call, varying) && varying.addAll(call.written());
      }
    }
    List<Call> calls = new ArrayList<>(graph.calls());
    calls.removeIf(call -> varies(call, varying));
    int prepared = calls.size();
    graph.calls().stream().filter(call -> varies(call, varying)).forEach(calls::add);
    return new Preparation(List.copyOf(calls), prepared);
  }

  private static boolean varies(Call call, Set<Memory> varying) {
    return call.arguments().stream().anyMatch(varying::contains);
  }

  /** Whether memory needed from call {@code first} on is still needed by runs without that call. */
  boolean isKept(int first, int now) {
    return first < prepared && now >= prepared;
  }
}
