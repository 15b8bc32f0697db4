// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

import dlc.runtime.profile.KernelRow;
import dlc.runtime.profile.Profile;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The kernels of a step on two devices side by side, those that compute the same beside each other.
 *
 * <p>Each device has its own schedules: where one joins a convolution and its pooling in a kernel,
 * two of the other's are beside that. What copies operands, and what sums in parts, belongs to the
 * kernel that follows.
 */
final class KernelPairs {

  /**
   * What computes the same.
   *
   * @param name the kernels of the first device
   * @param calls how often they run in a step
   * @param first nanoseconds on the first device, of all calls
   * @param second the same on the second
   */
  record Pair(String name, int calls, double first, double second) {}

  /** A kernel with what prepares it. */
  private record Call(String number, String name, double nanos) {
    Call and(Call next) {
      return new Call(number + "+" + next.number, name + " + " + next.name, nanos + next.nanos);
    }
  }

  private final Map<String, Pair> pairs = new LinkedHashMap<>();

  private KernelPairs() {}

  /** The kernels of {@code first} and {@code second}, which are profiles of the same step. */
  static List<Pair> of(Profile first, Profile second) {
    KernelPairs all = new KernelPairs();
    all.pair(calls(first), calls(second));
    return List.copyOf(all.pairs.values());
  }

  private static List<Call> calls(Profile profile) {
    List<Call> calls = new ArrayList<>();
    double before = 0;
    for (KernelRow row : profile.kernels()) {
      String[] words = row.name().split("_", 2);
      if (words[1].endsWith("stage") || words[1].endsWith("_parts")) {
        before += row.nanos();
      } else {
        calls.add(new Call(words[0], words[1], row.nanos() + before));
        before = 0;
      }
    }
    return calls;
  }

  private void pair(List<Call> first, List<Call> second) {
    int[][] common = common(first, second);
    int i = 0;
    int j = 0;
    List<Call> left = new ArrayList<>();
    List<Call> right = new ArrayList<>();
    while (i < first.size() || j < second.size()) {
      boolean bothLeft = i < first.size() && j < second.size();
      if (bothLeft && first.get(i).name.equals(second.get(j).name)
          && common[i][j] == common[i + 1][j + 1] + 1) {
        if (left.isEmpty() != right.isEmpty()) {
          left.add(first.get(i++));
          right.add(second.get(j++));
          add(left, right);
        } else {
          add(left, right);
          add(List.of(first.get(i++)), List.of(second.get(j++)));
        }
        left.clear();
        right.clear();
      } else if (j == second.size() || (bothLeft && common[i + 1][j] >= common[i][j + 1])) {
        left.add(first.get(i++));
      } else {
        right.add(second.get(j++));
      }
    }
    add(left, right);
  }

  /** How many names the rest of both from (i, j) on have in common, in order. */
  private static int[][] common(List<Call> first, List<Call> second) {
    int[][] common = new int[first.size() + 1][second.size() + 1];
    for (int i = first.size() - 1; i >= 0; i--) {
      for (int j = second.size() - 1; j >= 0; j--) {
        common[i][j] =
            first.get(i).name.equals(second.get(j).name)
                ? common[i + 1][j + 1] + 1
                : Math.max(common[i + 1][j], common[i][j + 1]);
      }
    }
    return common;
  }

  private void add(List<Call> left, List<Call> right) {
    if (left.isEmpty()) {
      return;
    }
    Call first = left.stream().reduce(Call::and).orElseThrow();
    double second = right.stream().mapToDouble(Call::nanos).sum();
    pairs.merge(
        first.number + first.name,
        new Pair(first.name, 1, first.nanos, second),
        (x, y) -> new Pair(x.name, x.calls + 1, x.first + y.first, x.second + y.second));
  }
}
